// Waits for files to change. The one home of chokidar; CHOKIDAR_USEPOLLING=1 makes it look again and again where a file system tells of nothing.

export interface FileWatch extends AsyncDisposable {
  /** Further files and folders with all that is in them; they need not be there. */
  add(paths: Iterable<string>): void;
}

export interface WatchOptions {
  /** What is never told of, such as what a run writes. */
  readonly ignores: (path: string) => boolean;
  /** Takes the paths that changed, came or went, once nothing has for a moment: an editor writes several times. */
  readonly onChange: (paths: readonly string[]) => void;
  readonly onProblem: (message: string) => void;
}

const settleMs = 200;

/** What editors leave beside a file while it is being edited. */
const isPassing = (path: string): boolean => /(^|\/)(\.#[^/]*|#[^/]*#|[^/]*~|\.[^/]*\.sw[a-px]|4913)$/.test(path);

/** Resolves when it watches. */
export async function watchFiles(paths: Iterable<string>, { ignores, onChange, onProblem }: WatchOptions): Promise<FileWatch> {
  const { watch } = await import('chokidar');
  const changed = new Set<string>();
  let timer: NodeJS.Timeout | undefined;
  const tell = (): void => {
    const told = [...changed].sort();
    changed.clear();
    onChange(told);
  };
  const known = new Set(paths);
  const watcher = watch([...known], { ignoreInitial: true, ignored: (path) => isPassing(path) || ignores(path) });
  watcher.on('all', (_, path) => {
    changed.add(path);
    clearTimeout(timer);
    timer = setTimeout(tell, settleMs);
  });
  watcher.on('error', (error) => onProblem(error instanceof Error ? error.message : String(error)));
  await new Promise<void>((resolve) => watcher.once('ready', resolve));
  return {
    add(more) {
      const fresh = [...more].filter((path) => !known.has(path));
      for (const path of fresh) known.add(path);
      if (fresh.length > 0) watcher.add(fresh);
    },
    async [Symbol.asyncDispose]() {
      clearTimeout(timer);
      await watcher.close();
    },
  };
}
