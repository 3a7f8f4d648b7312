// Which accelerator runs the guests of an architecture. Hardware only where it has been seen to work on this machine;
// otherwise TCG, which always works, with one line that says why.
import { open, readFile } from 'node:fs/promises';
import type { Accel, Arch } from '../model/arch.ts';
import { HarnessError } from '../model/errors.ts';
import { errorCode } from '../sys/fs.ts';
import { runProgram } from '../sys/process.ts';
import { probeAccel, type ProbeCell } from './accel-probe.ts';
import { isRecord, type HostMemo } from './memo.ts';

export interface AccelContext {
  /** `process.platform` and `os.arch()` of the machine. */
  readonly platform: string;
  readonly hostArch: string;
  readonly memo: HostMemo;
  readonly qemuVersion: string;
  /** A cell of this architecture planned for `accel`; asked for only where hardware has to be tried. */
  readonly probe: (accel: Accel) => Promise<ProbeCell>;
  readonly signal: AbortSignal;
}

export interface AccelChoice {
  readonly accel: Accel;
  /** One line for people: why it is not the fast one. */
  readonly notice?: string;
}

/** An accelerator that cannot be used, and why; `quiet` where nobody would expect it to. */
interface Refusal {
  readonly reason: string;
  readonly hint?: string;
  readonly quiet?: boolean;
}

const day = 24 * 3600_000;

/** What a probe found, as it is remembered. */
export interface KnownKvm {
  readonly works: boolean;
  readonly reason?: string;
}

/**
 * Chooses for one architecture. `auto` falls back to TCG; an accelerator that was named is used or refused.
 * @throws HarnessError `ACCEL_UNUSABLE`.
 */
export async function chooseAccel(arch: Arch, wanted: 'auto' | Accel, context: AccelContext): Promise<AccelChoice> {
  if (wanted === 'tcg') return { accel: 'tcg' };
  const hardware = context.platform === 'darwin' ? 'hvf' : 'kvm';
  const accel = wanted === 'auto' ? hardware : wanted;
  const refusal = accel === hardware ? await refuse(arch, accel, context) : { reason: `${accel} does not exist on this operating system` };
  if (refusal === undefined) return { accel };
  if (wanted !== 'auto') {
    throw new HarnessError('ACCEL_UNUSABLE', `cannot run ${arch.name} guests with ${accel}: ${refusal.reason}`, { hint: refusal.hint ?? 'use --accel auto or --accel tcg' });
  }
  if (refusal.quiet === true) return { accel: 'tcg' };
  return { accel: 'tcg', notice: `${arch.name} guests run under TCG, which is slower: ${refusal.reason}${refusal.hint === undefined ? '' : ` (${refusal.hint})`}` };
}

async function refuse(arch: Arch, accel: 'kvm' | 'hvf', context: AccelContext): Promise<Refusal | undefined> {
  if (!arch.hosts.includes(context.hostArch)) return { reason: `this machine is ${context.hostArch}`, quiet: true };
  if (accel === 'hvf') return refuseHvf(context.signal);
  return (await refuseKvmDevice()) ?? refuseKvmGuest(arch, context);
}

async function refuseHvf(signal: AbortSignal): Promise<Refusal | undefined> {
  const { stdout } = await runProgram('sysctl', ['-n', 'kern.hv_support'], { signal, okCodes: [0, 1] });
  return stdout.trim() === '1' ? undefined : { reason: 'this Mac has no Hypervisor framework (kern.hv_support is not 1)' };
}

/** Why /dev/kvm cannot be opened; undefined where it can, which proves nothing yet. */
export async function refuseKvmDevice(path = '/dev/kvm'): Promise<{ readonly reason: string; readonly hint?: string } | undefined> {
  try {
    await (await open(path, 'r+')).close();
    return undefined;
  } catch (error) {
    switch (errorCode(error)) {
      case 'ENOENT': return { reason: `there is no ${path}` };
      case 'EACCES': case 'EPERM': return { reason: `${path} may not be opened by this user`, hint: 'sudo usermod -aG kvm "$USER", then log in again' };
      case undefined: default: return { reason: `${path} does not open: ${error instanceof Error ? error.message : String(error)}` };
    }
  }
}

async function refuseKvmGuest(arch: Arch, context: AccelContext): Promise<Refusal | undefined> {
  const key = await kvmKey(arch, context.qemuVersion);
  const known = await context.memo.recall(key, isKnownKvm);
  const result = known ?? (await tryAndRemember(key, context));
  return result.works ? undefined : { reason: `KVM opens but does not work: ${result.reason ?? 'the guest did not boot'}` };
}

async function tryAndRemember(key: string, context: AccelContext): Promise<KnownKvm> {
  const { lasting, ...result } = await probeAccel(await context.probe('kvm'), context.signal);
  if (lasting) await context.memo.remember(key, result, result.works ? 7 * day : day);
  return result;
}

/** What was found about KVM since this machine started; undefined where it has not been tried. */
export async function recallKvm(arch: Arch, context: Pick<AccelContext, 'memo' | 'qemuVersion'>): Promise<KnownKvm | undefined> {
  return context.memo.recall(await kvmKey(arch, context.qemuVersion), isKnownKvm);
}

// A reboot may bring another kernel or another host below us.
async function kvmKey(arch: Arch, qemuVersion: string): Promise<string> {
  const bootId = (await readFile('/proc/sys/kernel/random/boot_id', 'utf8').catch(() => 'unknown')).trim();
  return `kvm ${arch.name} ${qemuVersion} ${bootId}`;
}

const isKnownKvm = (value: unknown): value is KnownKvm => isRecord(value) && typeof value['works'] === 'boolean' && (value['reason'] === undefined || typeof value['reason'] === 'string');
