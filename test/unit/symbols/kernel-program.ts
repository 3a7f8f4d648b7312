// A program built as a kernel is, from files in folders of a kernel, and the console of one that crashed in it.
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

const sources = {
  'init/main.c': 'extern int broken_read(int *);\nvoid start_kernel(void) { int x = 1; broken_read(&x); for (;;); }\n',
  'include/linux/part.h': 'static inline __attribute__((always_inline)) int part(volatile int *p)\n{\n\treturn *p;\n}\n',
  'fs/broken.c': '#include "../include/linux/part.h"\n\nint broken_read(volatile int *p)\n{\n\treturn\n\t\tpart(p) + 1;\n}\n',
};

export interface KernelProgram extends Disposable {
  /** Its vmlinux. */
  readonly path: string;
  /** An oops in `broken_read`, where `part` was inlined, in the words of a kernel with names and of one without. */
  readonly named: string;
  readonly nameless: string;
  /** Address of the instruction that failed. */
  readonly pc: bigint;
}

export function compileKernel(): KernelProgram {
  const folder = mkdtempSync(join(tmpdir(), 'kit-test-kernel-'));
  for (const [name, text] of Object.entries(sources)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
  const path = join(folder, 'vmlinux');
  const files = Object.keys(sources).filter((name) => name.endsWith('.c')).map((name) => join(folder, name));
  // No frame pointer and no unwinding: the function begins with the load that fails.
  execFileSync('gcc', ['-g', '-O2', '-static', '-nostdlib', '-fno-pic', '-fcf-protection=none', '-Wl,-Ttext=0xffffffff81000000', '-mcmodel=kernel', '-Wl,-e,start_kernel', '-o', path, ...files]);
  const symbols = new Map(execFileSync('nm', ['-n', path], { encoding: 'utf8' }).trimEnd().split('\n').map((line) => line.split(' ')).map(([address = '0', , name = '']) => [name, BigInt(`0x${address}`)]));
  const pc = symbols.get('broken_read') ?? 0n;
  const later = [...symbols.values()].filter((address) => address > pc).sort((a, b) => Number(a - b))[0] ?? pc;
  const oops = (place: string): string => [
    'BUG: kernel NULL pointer dereference, address: 0000000000000000', '#PF: supervisor read access in kernel mode', 'Oops: 0000 [#1] PREEMPT SMP', 'CPU: 0 PID: 7 Comm: cat Not tainted 6.1.0',
    `RIP: 0010:${place}`, 'Code: 00 00', 'Call Trace:', ' <TASK>', ` ${place}`, ` ${place}`, ' </TASK>', '---[ end trace 0000000000000000 ]---',
  ].map((line, index) => `[    1.${String(index).padStart(6, '0')}] ${line}\n`).join('');
  return {
    path, pc,
    named: oops(`broken_read+0x0/0x${(later - pc).toString(16)}`),
    nameless: oops(`0x${pc.toString(16)}`),
    [Symbol.dispose]: () => { rmSync(folder, { recursive: true }); },
  };
}
