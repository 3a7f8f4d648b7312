// Go's path functions where Node's differ: Clean drops a slash at the end, Rel can fail.

/** The shortest form of a path, by its text alone; the empty path is `.`. */
export function cleanPath(path: string): string {
  const rooted = path.startsWith('/');
  const parts: string[] = [];
  for (const part of path.split('/')) {
    if (part === '' || part === '.') continue;
    if (part !== '..') parts.push(part);
    else if (parts.length > 0 && parts[parts.length - 1] !== '..') parts.pop();
    else if (!rooted) parts.push(part);
  }
  return (rooted ? '/' : '') + parts.join('/') || '.';
}

/** The folder of a path, cleaned. */
export const folderOf = (path: string): string => cleanPath(path.slice(0, path.lastIndexOf('/') + 1));

/** The last part of a clean path. */
export const baseOf = (path: string): string => (path === '/' ? path : path.slice(path.lastIndexOf('/') + 1));

/** How to get from a folder to a path; undefined where texts alone cannot tell. */
export function relativePath(folder: string, path: string): string | undefined {
  const [from, to] = [cleanPath(folder), cleanPath(path)];
  if (from === to) return '.';
  if (from.startsWith('/') !== to.startsWith('/')) return undefined;
  const split = (text: string): string[] => text.split('/').filter((part) => part !== '' && part !== '.');
  const [up, down] = [split(from), split(to)];
  let common = 0;
  while (common < up.length && up[common] === down[common]) common += 1;
  if (up[common] === '..') return undefined;
  return [...up.slice(common).map(() => '..'), ...down.slice(common)].join('/') || '.';
}
