// Many small questions to a file system, several at a time: alone each would wait for its turn of the thread pool.

const batch = 64;

/** The answers in the order of the items. */
export async function inBatches<T, R>(items: readonly T[], ask: (item: T) => Promise<R>, afterEach: (done: number) => void = () => undefined): Promise<readonly R[]> {
  const answers: R[] = [];
  for (let at = 0; at < items.length; at += batch) {
    answers.push(...(await Promise.all(items.slice(at, at + batch).map(ask))));
    afterEach(answers.length);
  }
  return answers;
}
