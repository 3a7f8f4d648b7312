// QEMU for each architecture, its sandbox, and whether hardware acceleration really works.
import type { Accel, Arch } from '../model/arch.ts';
import { HarnessError } from '../model/errors.ts';
import { chooseAccel, recallKvm, refuseKvmDevice } from '../boot/accel.ts';
import type { ProbeCell } from '../boot/accel-probe.ts';
import type { HostMemo } from '../boot/memo.ts';
import { findQemu, installHint, type Qemu } from '../boot/qemu.ts';
import { type Check } from './check.ts';
import { isAtLeast } from '../model/versions.ts';

const oldestQemu = '6.2';

export interface QemuChecks {
  readonly archs: readonly Arch[];
  /** Whether cells of the project need an architecture; by default all do. */
  readonly isNeeded?: (arch: Arch) => boolean;
  readonly memo: HostMemo;
  readonly platform: string;
  readonly hostArch: string;
  /** A cell to try the accelerator with; without one only what an earlier run found is told. */
  readonly probe?: ((arch: Arch, accel: Accel, qemu: Qemu) => Promise<ProbeCell>) | undefined;
}

export async function checkQemus(context: QemuChecks, signal: AbortSignal): Promise<readonly Check[]> {
  const found = await Promise.all(context.archs.map((arch) => checkQemu(arch, context, signal)));
  const checks = found.map(({ check }) => check);
  const usable = found.flatMap(({ qemu }) => qemu ?? []);
  if (context.platform === 'linux' && usable.length > 0) checks.push(checkSandbox(usable));
  const native = found.find(({ arch }) => arch.hosts.includes(context.hostArch));
  if (native?.qemu !== undefined) checks.push(await checkAccel(native.arch, native.qemu, context, signal));
  return checks;
}

async function checkQemu(arch: Arch, context: QemuChecks, signal: AbortSignal): Promise<{ readonly arch: Arch; readonly check: Check; readonly qemu?: Qemu }> {
  const name = `QEMU for ${arch.name}`;
  try {
    const qemu = await findQemu(arch, context.memo, signal);
    const detail = `${qemu.path} ${qemu.version}`;
    if (isAtLeast(qemu.version, oldestQemu)) return { arch, qemu, check: { name, status: 'ok', detail } };
    return { arch, qemu, check: { name, status: 'warn', detail: `${detail}; tested from ${oldestQemu} on`, fix: installHint(arch, context.platform) } };
  } catch (error) {
    signal.throwIfAborted();
    if (!(error instanceof HarnessError)) throw error;
    const fix = installHint(arch, context.platform);
    if (context.isNeeded?.(arch) === false && error.code === 'QEMU_NOT_FOUND') return { arch, check: { name, status: 'warn', detail: `${error.message}; the matrix does without`, fix } };
    return { arch, check: { name, status: 'missing', detail: error.message, fix } };
  }
}

function checkSandbox(qemus: readonly Qemu[]): Check {
  const without = qemus.filter((qemu) => !qemu.sandbox);
  if (without.length === 0) return { name: 'QEMU sandbox', status: 'ok', detail: 'seccomp filter works' };
  return { name: 'QEMU sandbox', status: 'warn', detail: `${without.map((qemu) => qemu.path).join(', ')}: built or run without seccomp; guests run without QEMU's own filter` };
}

async function checkAccel(arch: Arch, qemu: Qemu, context: QemuChecks, signal: AbortSignal): Promise<Check> {
  const name = context.platform === 'darwin' ? 'hvf' : 'KVM';
  const { memo, platform, hostArch, probe } = context;
  if (name === 'KVM' && probe === undefined) return { name, ...(await toldKvm(arch, qemu, memo)) };
  try {
    const choice = await chooseAccel(arch, 'auto', {
      platform, hostArch, memo, signal,
      qemuVersion: qemu.version,
      // Without a cell nothing is asked for: hvf is known from the system.
      probe: (accel) => probe?.(arch, accel, qemu) ?? Promise.reject(new HarnessError('ACCEL_UNTRIED', `${accel} has not been tried`)),
    });
    if (choice.accel !== 'tcg') return { name, status: 'ok', detail: `a ${arch.name} guest booted with it` };
    return { name, status: 'warn', detail: choice.notice ?? 'guests run under TCG' };
  } catch (error) {
    signal.throwIfAborted();
    if (!(error instanceof HarnessError)) throw error;
    return { name, status: 'warn', detail: `could not be tried: ${error.message}`, ...(error.hint === undefined ? {} : { fix: error.hint }) };
  }
}

async function toldKvm(arch: Arch, qemu: Qemu, memo: HostMemo): Promise<Omit<Check, 'name'>> {
  const closed = await refuseKvmDevice();
  if (closed !== undefined) return { status: 'warn', detail: `${closed.reason}: guests run under TCG, which is slower`, ...(closed.hint === undefined ? {} : { fix: closed.hint }) };
  const known = await recallKvm(arch, { memo, qemuVersion: qemu.version });
  if (known === undefined) return { status: 'warn', detail: '/dev/kvm opens; the first boot shows whether guests run' };
  return known.works ? { status: 'ok', detail: `${arch.name} guests boot with it` } : { status: 'warn', detail: `/dev/kvm opens, but ${known.reason ?? 'guests do not boot'}: guests run under TCG, which is slower` };
}
