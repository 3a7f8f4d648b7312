// A small program made by the machine's compiler, and what nm says of it.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const source = `int data = 3;
static int hidden(int x) { return x * data; }
__attribute__((weak)) int soft(int x) { return x + 1; }
int both(int x) { return hidden(soft(x)); }
extern int other(int) __attribute__((alias("both")));
void _start(void) { both(1); for (;;); }
`;

export interface Program extends Disposable {
  readonly folder: string;
  readonly path: string;
  /** As `nm -n` writes it, which is the form of a System.map. */
  readonly map: string;
}

/** Compiles with further flags, such as `-m32`. */
export function compile(...flags: readonly string[]): Program {
  const folder = mkdtempSync(join(tmpdir(), 'kit-test-program-'));
  const [file, path] = [join(folder, 'program.c'), join(folder, 'program')];
  writeFileSync(file, source);
  execFileSync('gcc', ['-g', '-O0', '-static', '-nostdlib', '-fno-pic', ...flags, '-o', path, file]);
  return { folder, path, map: execFileSync('nm', ['-n', path], { encoding: 'utf8' }), [Symbol.dispose]: () => { rmSync(folder, { recursive: true }); } };
}
