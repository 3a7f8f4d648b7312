// A person at a terminal: what is on the screen is answered with keys, behind a real pseudo-terminal (script(1) of util-linux).
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect } from 'vitest';
import { findProgram } from '../../src/sys/programs.ts';

export const hasPseudoTerminal = process.platform === 'linux' && findProgram('script') !== undefined;

/** What comes onto the screen, and the keys that are pressed then. */
export type Answer = readonly [sign: RegExp, keys: string];

/** Runs a program that ends with 0, and answers it one after the other; gives all that was on the screen. */
export async function sitAt(command: readonly string[], answers: readonly Answer[], cwd?: string): Promise<string> {
  const words = ['--quiet', '--flush', '--return', '--command', command.map((word) => `'${word}'`).join(' '), '/dev/null'];
  const child = spawn('script', words, { cwd, env: { ...process.env, TERM: 'dumb' }, stdio: ['pipe', 'pipe', 'inherit'] });
  const left = [...answers];
  let screen = '';
  child.stdout.on('data', (chunk: Buffer) => {
    screen += chunk.toString();
    for (let next = left[0]; next !== undefined && next[0].test(screen); next = left[0]) {
      left.shift();
      child.stdin.write(next[1]);
    }
  });
  const [code] = (await once(child, 'close')) as [number];
  expect({ left, code }).toEqual({ left: [], code: 0 });
  return screen;
}
