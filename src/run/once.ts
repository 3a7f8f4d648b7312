// What a run needs for many cells and makes for the first that asks.

/** What is made under this key, or is being made. A failure is not kept: the next cell that asks tries again. */
export function once<T>(known: Map<string, Promise<T>>, key: string, make: () => Promise<T>): Promise<T> {
  const found = known.get(key);
  if (found !== undefined) return found;
  const made = make();
  known.set(key, made);
  made.catch(() => known.delete(key));
  return made;
}
