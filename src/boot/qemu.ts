// Which QEMU this machine has for an architecture, its version, and whether its seccomp sandbox works: found out by
// starting it once without a guest, remembered until the program changes.
import { stat } from 'node:fs/promises';
import type { Arch } from '../model/arch.ts';
import { HarnessError } from '../model/errors.ts';
import { runProgram } from '../sys/process.ts';
import { sandbox } from './devices.ts';
import { isRecord, type HostMemo } from './memo.ts';
import { createQmpDecoder } from './qmp.ts';
import { findProgram } from '../sys/programs.ts';

/** What was found out by starting it. */
interface Answer {
  readonly version: string;
  /** Its seccomp sandbox can be used. */
  readonly sandbox: boolean;
}

export interface Qemu extends Answer {
  readonly path: string;
}

const month = 30 * 24 * 3600_000;

/**
 * The QEMU for guests of `arch`.
 * @throws HarnessError `QEMU_NOT_FOUND`, or `QEMU_BROKEN` for one that does not start.
 */
export async function findQemu(arch: Arch, memo: HostMemo, signal?: AbortSignal): Promise<Qemu> {
  const { binary } = arch.qemu;
  const path = findProgram(binary);
  if (path === undefined) throw new HarnessError('QEMU_NOT_FOUND', `cannot boot ${arch.name}: ${binary} is not installed`, { hint: installHint(arch) });
  const { mtimeMs, size } = await stat(path);
  const key = `qemu ${path} ${mtimeMs} ${size}`;
  const known = await memo.recall(key, isAnswer);
  if (known !== undefined) return { path, ...known };
  const found = await ask(path, signal);
  await memo.remember(key, found, month);
  return { path, ...found };
}

/** The command that installs QEMU for an architecture. */
export function installHint(arch: Arch, platform: string = process.platform): string {
  return platform === 'darwin' ? 'brew install qemu' : `sudo apt-get install -y --no-install-recommends ${arch.qemu.package}`;
}

async function ask(path: string, signal: AbortSignal | undefined): Promise<Answer> {
  const start = async (extra: readonly string[]): Promise<{ readonly version?: string; readonly stderr: string }> => {
    const argv = ['-machine', 'none', '-no-user-config', '-nodefaults', '-display', 'none', ...extra, '-qmp', 'stdio'];
    const input = '{"execute":"qmp_capabilities"}\n{"execute":"quit"}\n';
    const { stdout, stderr } = await runProgram(path, argv, { input, signal, okCodes: [0, 1] });
    const greeting = createQmpDecoder().push(stdout).find((message) => message.kind === 'greeting');
    return greeting === undefined ? { stderr } : { version: greeting.version, stderr };
  };
  const guarded = await start(sandbox.argv);
  if (guarded.version !== undefined) return { version: guarded.version, sandbox: true };
  const plain = await start([]);
  if (plain.version !== undefined) return { version: plain.version, sandbox: false };
  throw new HarnessError('QEMU_BROKEN', `${path} does not start: ${plain.stderr.trim().split('\n').at(-1) ?? ''}`, { hint: 'install it again; "kit-test doctor" checks every architecture' });
}

const isAnswer = (value: unknown): value is Answer => isRecord(value) && typeof value['version'] === 'string' && typeof value['sandbox'] === 'boolean';
