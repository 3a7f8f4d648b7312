// A command as the machine: its output is the console, it ends as QEMU would, and the clean-up always follows.
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startCommand, type CommandPlan } from '../../../src/boot/command-runner.ts';
import type { Vm } from '../../../src/boot/life.ts';
import type { BootResult } from '../../../src/model/boot.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kit-test-runner-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const hour = 3_600_000;
let count = 0;

interface Ran extends BootResult {
  readonly console: string;
  readonly cleaned: string;
  readonly notices: readonly string[];
}

/** Runs a shell script; its clean-up writes what it is told into a file. */
async function run(script: string, more: Partial<CommandPlan> = {}, act: (text: string, vm: Vm, abort: () => void) => void = () => undefined): Promise<Ran> {
  const cleaned = join(folder, `cleaned-${count++}`);
  const notices: string[] = [];
  const abort = new AbortController();
  let text = '';
  const plan: CommandPlan = {
    command: ['sh', '-c', script], cleanup: ['sh', '-c', `echo "$KIT_TEST_NAME" >>${cleaned}`], cleanupMs: 10_000, cwd: folder, graceMs: 300,
    env: { KIT_TEST_NAME: 'it' }, limits: { bootMs: hour, silenceMs: hour, totalMs: hour }, ...more,
  };
  await using vm = startCommand(plan, {
    signal: abort.signal,
    onConsole(chunk) {
      text += Buffer.from(chunk).toString('latin1');
      act(text, vm, () => abort.abort());
    },
  }, (notice) => notices.push(notice));
  const result = await vm.exit;
  return { ...result, console: text, cleaned: existsSync(cleaned) ? await readFile(cleaned, 'utf8') : '', notices };
}

describe('startCommand', () => {
  it('takes standard output as the console, byte for byte, and keeps the error output apart', async () => {
    const ran = await run('printf "one\\n\\377two"; echo trouble >&2; echo "$KIT_TEST_NAME"');
    expect(ran).toMatchObject({ exit: { kind: 'exited', code: 0 }, console: 'one\n\xfftwoit\n', consoleBytes: 11, stderr: 'trouble\n', command: 'sh', cleaned: 'it\n', notices: [] });
  });

  it('types on its standard input', async () => {
    expect(await run('echo ready; read -r line; echo "got $line"', {}, (text, vm) => {
      if (text === 'ready\n') vm.write(Buffer.from('this\n'));
    })).toMatchObject({ console: 'ready\ngot this\n' });
  });

  it.each<[string, string, Partial<CommandPlan>, object]>([
    ['an exit status', 'exit 7', {}, { kind: 'exited', code: 7 }],
    ['a signal', 'kill -9 $$', {}, { kind: 'signalled', signal: 'SIGKILL' }],
    ['a program that does not exist', '', { command: ['./none'] }, { kind: 'failed', message: 'cannot start the runner ./none: there is no such program' }],
    ['the total limit', 'sleep 1000', { limits: { bootMs: hour, silenceMs: hour, totalMs: 200 } }, { kind: 'stopped', why: 'total-limit', limitMs: 200 }],
    ['the silence limit', 'echo x; sleep 1000', { limits: { bootMs: hour, silenceMs: 200, totalMs: hour } }, { kind: 'stopped', why: 'silence-limit' }],
    ['the boot limit', 'while :; do echo x; sleep 0.1; done', { limits: { bootMs: 300, silenceMs: hour, totalMs: hour } }, { kind: 'stopped', why: 'boot-limit' }],
  ])('ends with %s, and cleans up', async (_, script, more, exit) => {
    const ran = await run(script, more);
    expect(ran.exit).toMatchObject(exit);
    expect(ran.cleaned).toBe('it\n');
  });

  it('ends everything the command has started, first by SIGTERM', async () => {
    const ran = await run('trap "echo asked to end; exit" TERM; sleep 1001 & echo up; wait', {}, (text, _, abort) => {
      if (text === 'up\n') abort();
    });
    expect(ran).toMatchObject({ exit: { kind: 'stopped', why: 'interrupted' }, console: 'up\nasked to end\n', cleaned: 'it\n' });
    const { execFileSync } = await import('node:child_process');
    expect(execFileSync('ps', ['-eo', 'args'], { encoding: 'utf8' })).not.toMatch(/^sleep 1001$/m);
  });

  it('ends a command that does not listen', async () => {
    const ran = await run('trap "" TERM; echo up; while :; do sleep 0.1; done', {}, (text, vm) => {
      if (text === 'up\n') vm.stop('decided');
    });
    expect(ran.exit).toEqual({ kind: 'stopped', why: 'decided' });
  });

  it('waits no longer than allowed for the clean-up, and tells of one that fails', async () => {
    expect((await run('true', { cleanup: ['sh', '-c', 'echo first >&2; echo no access >&2; exit 5'] })).notices).toEqual(['the clean-up sh failed: exit status 5: no access']);
    expect((await run('true', { cleanup: ['sleep', '1000'], cleanupMs: 200 })).notices).toEqual(['the clean-up sleep failed: not finished in 200ms']);
    expect((await run('true', { cleanup: ['./none'] })).notices).toEqual([expect.stringMatching(/^the clean-up none failed: .*ENOENT/)]);
  });

  it('does not count the silence of a guest that waits for us', async () => {
    const ran = await run('echo up; read -r _; echo on', { limits: { bootMs: hour, silenceMs: 300, totalMs: hour } }, (text, vm) => {
      if (text !== 'up\n') return;
      vm.excuseSilence(true);
      void sleep(900).then(() => {
        vm.write(Buffer.from('\n'));
        vm.excuseSilence(false);
      });
    });
    expect(ran).toMatchObject({ exit: { kind: 'exited', code: 0 }, console: 'up\non\n' });
  });

  it('shows no secret of the environment', async () => {
    process.env['KIT_TEST_UNIT_TOKEN'] = 'hunter2-hunter2';
    try {
      expect((await run('echo "login with $KIT_TEST_UNIT_TOKEN failed" >&2; exit 1')).stderr).toBe('login with *** failed\n');
    } finally {
      delete process.env['KIT_TEST_UNIT_TOKEN'];
    }
  });

  it('starts nothing in a run that is interrupted already', async () => {
    const vm = startCommand({ command: ['touch', 'never'], cleanupMs: 1, cwd: folder, env: {}, graceMs: 100, limits: { bootMs: 1, silenceMs: 1, totalMs: 1 } }, { signal: AbortSignal.abort(), onConsole: () => undefined }, () => undefined);
    expect((await vm.exit).exit).toEqual({ kind: 'stopped', why: 'interrupted' });
    expect(existsSync(join(folder, 'never'))).toBe(false);
  });

  it('is ended and cleaned up after when the harness is killed', async () => {
    const script = `import { startCommand } from '${new URL('../../../src/boot/command-runner.ts', import.meta.url).pathname}';
      const limits = { bootMs: ${hour}, silenceMs: ${hour}, totalMs: ${hour} };
      startCommand({ command: ['sh', '-c', 'echo $$ >pid; sleep 1002'], cleanup: ['touch', 'cleaned-orphan'], cleanupMs: 1000, cwd: '${folder}', env: {}, graceMs: 100, limits }, { signal: new AbortController().signal, onConsole() {} }, () => {});`;
    await writeFile(join(folder, 'harness.ts'), script);
    const { spawn } = await import('node:child_process');
    const harness = spawn(process.execPath, [new URL('../../../node_modules/jiti/lib/jiti-cli.mjs', import.meta.url).pathname, join(folder, 'harness.ts')], { stdio: 'inherit' });
    await until(() => existsSync(join(folder, 'pid')));
    harness.kill('SIGKILL');
    await until(() => existsSync(join(folder, 'cleaned-orphan')));
    const pid = (await readFile(join(folder, 'pid'), 'utf8')).trim();
    expect(existsSync(`/proc/${pid}/exe`)).toBe(false);
  });
});

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await sleep(50);
}
