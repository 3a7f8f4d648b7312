// `kit-test shell`: a person at the console of a cell.
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createProject, scriptCase, type Project } from './project.ts';
import { hasPseudoTerminal, sitAt, type Answer } from './pseudo-terminal.ts';

let project: Project;
beforeAll(async () => {
  project = await createProject({ ...scriptCase('checks', 'echo "checked $((6 * 7))"', 'results: port\nartifacts: [/etc/passwd]'), ...scriptCase('tall', 'true', 'needs: { kernel: ">=99" }') });
});
afterAll(() => project[Symbol.asyncDispose]());

const sit = (words: readonly string[], answers: readonly Answer[]): Promise<string> =>
  sitAt([process.execPath, fileURLToPath(new URL('../../dist/main.js', import.meta.url)), 'shell', ...words], answers, project.folder);

describe.runIf(hasPseudoTerminal)('kit-test shell', () => {
  it('boots into a shell, and ends with it', async () => {
    const screen = await sit(['checks', '--boot', 'cold'], [[/# (?:\x1b\[6n)?$/, 'echo sum $((40 + 2)) on $(uname -m)\r'], [/sum 42 on aarch64/, 'exit\r']]);
    expect(screen).toContain('Booting checks/6.1/aarch64. Ctrl-] ends the guest.');
    expect(screen).toContain('Run /init as init process');
    expect(screen).not.toContain('checked 42');
  });

  it('wakes a guest that has booted, and keeps what is typed until it listens', async () => {
    await project.run(['run', 'checks', '--boot', 'warm']);
    const screen = await sit(['checks', '--boot', 'warm'], [[/Waking/, 'echo sum $((40 + 2))\r'], [/sum 42/, 'cat /proc/uptime /etc/hostname; exit\r']]);
    expect(screen).toContain('Waking checks/6.1/aarch64. Ctrl-] ends the guest.');
    expect(screen).not.toContain('Run /init as init process');
  });

  it.each(['cold', 'warm'])('runs the entries where that is asked for, %s', async (start) => {
    expect(await sit(['checks', '--entries', '--boot', start], [])).toContain('checked 42');
  });

  it('leaves a guest that is being woken, and one that boots', async () => {
    expect(await sit(['checks', '--boot', 'warm'], [[/Waking/, '\x1d']])).not.toContain('Booting');
    expect(await sit(['checks', '--boot', 'cold'], [[/Booting/, '\x1d']])).not.toContain('/ # ');
  });
});

it('says why there is no guest to sit at', async () => {
  expect(await project.run(['shell', 'tall'])).toMatchObject({ code: 3, stderr: expect.stringContaining('skipped') as string });
});
