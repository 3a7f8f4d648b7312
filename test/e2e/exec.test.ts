// `kit-test exec` as a library's author types it: a command on real kernels, its output here, its exit status ours.
import { chmod, readFile } from 'node:fs/promises';
import { arch as hostArch } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createProject, type Outcome, type Project } from './project.ts';

const everyByte = Buffer.from(Array.from({ length: 2048 }, (_, index) => (index * 7) % 256));

let project: Project;
beforeAll(async () => {
  project = await createProject({
    'harness.config.ts': `export default { matrix: { kernels: ['6.1', '6.12'] }, accel: 'tcg' };\n`,
    'bytes.bin': everyByte,
    'local.sh': '#!/bin/sh\necho "local in $(pwd) with $1 and $WORD"\n',
    'build/aarch64/which': '#!/bin/sh\necho built for aarch64\n',
    'build/arm/which': '#!/bin/sh\necho built for arm\n',
    'tree/a/b.txt': 'deep\n',
  });
  for (const path of ['local.sh', 'build/aarch64/which', 'build/arm/which']) await chmod(join(project.folder, path), 0o755);
});
afterAll(async () => {
  await project[Symbol.asyncDispose]();
});

const exec = (...words: readonly string[]): Promise<Outcome> => project.run(['exec', '--kernel', '6.1', '--arch', 'aarch64', ...words]);

describe('kit-test exec', () => {
  it.each([[0, 'true'], [7, 'exit 7'], [255, 'exit 255'], [127, 'no-such-command']])('ends with the status %i of its command', async (status, script) => {
    const { code, stdout } = await exec('--', 'sh', '-c', script);
    expect(code).toBe(status);
    expect(stdout).toBe(status === 127 ? 'sh: no-such-command: not found\n' : '');
  });

  it('says that there is no such command', async () => {
    const { code, stdout } = await exec('--', 'no-such-command', '--option');
    expect(code).toBe(127);
    expect(stdout).toContain('not found');
  });

  it('gives every byte of the output as it is, also where it ends without a newline', async () => {
    const { code, bytes } = await exec('--copy', 'bytes.bin', '--', 'sh', '-c', 'cat bytes.bin; printf end');
    expect(bytes.equals(Buffer.concat([everyByte, Buffer.from('end')]))).toBe(true);
    expect(code).toBe(0);
  });

  it('gives both streams of the command and leaves its words as they are', async () => {
    const { stdout, code } = await exec('--', 'sh', '-c', 'for word; do echo "[$word]"; done; echo error >&2', 'sh', 'a b', '', "it's", '$HOME', '*', 'a\nb');
    expect(stdout).toBe("[a b]\n[]\n[it's]\n[$HOME]\n[*]\n[a\nb]\nerror\n");
    expect(code).toBe(0);
  });

  it('takes a local file along, and folders that are asked for', async () => {
    const { stdout, stderr, code } = await exec('--env', 'WORD=a, b', '--', './local.sh', 'one');
    expect({ stdout, code, stderr }).toEqual({ stdout: 'local in /work with one and a, b\n', code: 0, stderr: '' });
    const folder = await exec('--copy', 'tree', '--', 'sh', '-c', 'find . -type f | xargs cat');
    expect(folder).toMatchObject({ stdout: 'deep\n', code: 0 });
  });

  it('boots the default kernel on the architecture of this machine', async () => {
    const machine = new Map<string, string>([['arm64', 'aarch64'], ['arm', 'armv7l']]).get(hostArch()) ?? 'x86_64';
    const { stdout, stderr, code } = await project.run(['exec', '--', 'uname', '-m']);
    expect({ stdout, code, stderr }).toEqual({ stdout: `${machine}\n`, code: 0, stderr: '' });
  });

  it('labels the output of several kernels, each with the build of its architecture', async () => {
    const judged = await project.run(['exec', '--kernel', '6.1', '--arch', 'arm64,armhf', '--', 'sh', '-c', '[ $(uname -m) = aarch64 ]']);
    expect(judged).toMatchObject({ code: 1, stdout: '', stderr: 'pass 6.1 aarch64: exit status 0\nfail 6.1 arm: exit status 1\n' });
    const built = await project.run(['exec', '--kernel', '6.1', '--arch', 'arm64,armhf', '--', './build/{arch}/which']);
    expect(built.stdout.split('\n').sort()).toEqual(['', '6.1 aarch64 built for aarch64', '6.1 arm     built for arm']);
    expect(built.code).toBe(0);
  });

  it('names the crash of a kernel and keeps its console', async () => {
    const { stdout, stderr, code } = await exec('--', 'sh', '-c', 'echo before; echo c >/proc/sysrq-trigger');
    expect(code).toBe(1);
    // The kernel has no other console to print to.
    expect(stdout).toMatch(/^before\n\[/);
    expect(stderr).toContain('crash 6.1 aarch64: kernel panic: sysrq triggered crash');
    const path = /console: (.*)/.exec(stderr)?.[1] ?? '';
    expect(await readFile(path, 'utf8')).toContain('Kernel panic - not syncing');
  });

  it('ends a command that takes too long', async () => {
    const { stderr, code } = await exec('--timeout', '2s', '--', 'sleep', '1000');
    expect(code).toBe(1);
    expect(stderr).toMatch(/timeout 6\.1 aarch64: /);
  });

  it('ends without a word when nobody reads its output any more', async () => {
    const { child, ended } = project.start(['exec', '--kernel', '6.1', '--arch', 'aarch64', '--', 'yes']);
    child.stdout?.once('data', () => child.stdout?.destroy());
    expect(await ended).toMatchObject({ code: 141, stderr: '' });
  });

  it.each([
    ['a file to copy that is not there', ['--copy', 'nowhere'], /nowhere/],
    ['a kernel that is not there', ['--kernel', '9.9'], /9\.9/],
    ['an environment without a name', ['--env', '=x'], /--env/],
    ['a memory that is no size', ['--memory', 'lots'], /memory/],
  ])('refuses %s before anything boots', async (_, words, message) => {
    const { stderr, stdout, code } = await exec(...words, '--', 'true');
    expect([2, 3]).toContain(code);
    expect(stdout).toBe('');
    expect(stderr).toMatch(message);
    expect(stderr).not.toContain('    at ');
  });
});
