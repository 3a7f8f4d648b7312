// What a case with `script` may not have, for it has no guest; and what proves that it passed.
import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Expect } from '../model/case.ts';
import { quote } from './quote.ts';
import type { Mistake, Path } from './source.ts';

/** Keys that only a guest has, with what to do instead. */
const guestOnly: readonly (readonly [Path, string])[] = [
  [['image'], 'a case has one of script, run and image'],
  [['run'], 'a case has one of script, run and image'],
  [['modules'], 'the script runs on the kernel of this machine'],
  [['memory'], 'give memory to the guest that the script boots, if it boots one'],
  [['cpus'], 'give CPUs to the guest that the script boots, if it boots one'],
  [['network'], 'the script has the network of this machine'],
  [['boot'], 'the script boots what it wants'],
  [['drives'], 'the script reads the files of this machine'],
  [['probe'], 'ask in the script itself'],
  [['results'], 'its output is all that is read'],
  [['artifacts'], 'the script leaves files in $RT_RESULTS'],
  [['cmdline'], 'no kernel is booted'],
  [['diagnose'], 'there is no guest to ask'],
  [['needs', 'kernel'], 'a script runs once, for no kernel'],
  [['needs', 'config'], 'a script runs once, for no kernel'],
  [['timeouts', 'boot'], 'timeouts.silence and timeouts.total hold'],
];
const guestExpectations: readonly (readonly [string, string])[] = [
  ['dialog', 'the script has nobody to type: its standard input is empty'],
  ['duration', 'timeouts.total ends what takes too long'],
];

/** Of a case as it is written; `dir` is its folder. */
export async function scriptMistakes(raw: unknown, dir: string): Promise<readonly Mistake[]> {
  if (valueAt(raw, ['script']) === undefined) return valueAt(raw, ['group']) === undefined ? [] : [{ path: ['group'], at: 'key', message: 'only a case with "script" has a group' }];
  const expected = valueAt(raw, ['expect']);
  const expectations: readonly (readonly [Path, unknown])[] = Array.isArray(expected) ? expected.map((each, index) => [['expect', index], each] as const) : [[['expect'], expected]];
  return [
    ...guestOnly.flatMap(([path, hint]) => (valueAt(raw, path) === undefined ? [] : [unfit(path, hint)])),
    ...expectations.flatMap(([path, value]) => guestExpectations.flatMap(([key, hint]) => (valueAt(value, [key]) === undefined ? [] : [unfit([...path, key], hint)]))),
    ...(await Promise.all([...scriptPaths(raw), ...groupPaths(raw)].map((path) => missingFile(raw, path, dir)))).flat(),
  ];
}

const unfit = (path: Path, hint: string): Mistake => ({ path, at: 'key', message: `a case with "script" has no ${quote(path.filter((key) => typeof key === 'string').join('.'))}: it runs on this machine, not in a guest`, hint });

const scriptPaths = (raw: unknown): readonly Path[] => typeof valueAt(raw, ['script']) === 'string' ? [['script']] : ['file', 'before', 'after'].map((key) => ['script', key]);

function groupPaths(raw: unknown): readonly Path[] {
  const group = valueAt(raw, ['group']);
  return Array.isArray(group) ? group.map((_, index) => ['group', index]) : [['group']];
}

async function missingFile(raw: unknown, path: Path, dir: string): Promise<readonly Mistake[]> {
  const file = valueAt(raw, path);
  if (typeof file !== 'string' || file === '') return [];
  const found = await stat(resolve(dir, file)).catch(() => undefined);
  if (found === undefined) return [{ path, message: `there is no file ${quote(file)}`, hint: 'the path counts from the folder of case.yaml' }];
  return found.isFile() ? [] : [{ path, message: `${quote(file)} is no file`, hint: 'name the script itself, such as ./test.sh' }];
}

/** Its exit status is evidence, whatever else is expected; its output is read for results only where that is asked for. */
export function scriptExpectations(list: readonly Expect[]): readonly Expect[] {
  const asksExit = list.some(({ exit }) => exit !== undefined);
  return list.map((each, index) => ({
    ...each,
    protocol: each.protocol ?? (each.results === undefined ? 'none' : 'ktap'),
    ...(index === 0 && !asksExit ? { exit: 0 } : {}),
  }));
}

function valueAt(value: unknown, path: Path): unknown {
  let at = value;
  for (const key of path) at = typeof at === 'object' && at !== null ? Reflect.get(at, key) : undefined;
  return at;
}
