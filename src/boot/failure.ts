// What QEMU's own failures mean: its error output and exit status as a message and the next action.
import type { BootExit } from '../model/boot.ts';

interface Rule {
  readonly pattern: RegExp;
  readonly hint: string;
}

const kvmHint = 'run with --accel tcg; "kit-test doctor" shows what is wrong with the accelerator';
const upgradeHint = 'this QEMU is too old or built without it; "kit-test doctor" shows the versions that are needed';

// The first that matches counts; messages of QEMU 6 to 10.
const rules: readonly Rule[] = [
  { pattern: /KVM internal error|kvm run failed|KVM: entry failed|KVM_SET_USER_MEMORY_REGION failed|KVM_CREATE_\w+ failed|kvm(?:-all|\/kvm)\.c:|failed to set MSR/i, hint: kvmHint },
  { pattern: /could not access KVM|failed to initialize (?:kvm|hvf)|requires KVM or HVF|invalid accelerator|HV_[A-Z_]+/i, hint: kvmHint },
  { pattern: /could not (?:open|load) (?:kernel|initrd)|invalid kernel header|without PVH ELF Note|unsupported kernel|linux kernel too old|error reading (?:kernel|initrd)/i, hint: 'this is not a kernel that QEMU can load for this architecture; check the source of the kernel' },
  { pattern: /initrd is too large|could not load initrd|not enough space (?:for|after) (?:the )?(?:initrd|kernel|DTB)/i, hint: 'the image is too big for the memory of the guest: raise "memory" in case.yaml' },
  { pattern: /cannot set up guest memory|Cannot allocate memory|os_mem_prealloc|out of memory/i, hint: 'the host has too little free memory: lower "memory" of the case or --concurrency' },
  { pattern: /Addressing limited to 32 bits|ram size too large|exceeds .*maximum|memory exceeds|at most \d+ MB? RAM/i, hint: 'this machine has less memory at most: lower "memory" in case.yaml' },
  { pattern: /Invalid SMP CPUs|number of (?:SMP )?CPUs requested|max CPUs supported|exceeds the (?:maximum|recommended) cpus/i, hint: 'this machine has fewer CPUs at most: lower "cpus" in case.yaml' },
  { pattern: /-sandbox|seccomp|failed to install filter/i, hint: upgradeHint },
  { pattern: /unsupported machine type|unable to find CPU model|not a valid device model|Property .* not found|invalid option|invalid parameter|Parameter '.*' (?:expects|is missing)/i, hint: upgradeHint },
  { pattern: /qemu: fatal:|Assertion .* failed|code should not be reached|terminate called/i, hint: 'this is an error in QEMU; try another version of it, or another --accel' },
  { pattern: /not found$|No such file or directory|Permission denied/im, hint: '"kit-test doctor" shows what is missing and how to install it' },
];

/** An end of QEMU as `failed` where it was QEMU's or the accelerator's doing; otherwise as it came. */
export function classifyExit(binary: string, code: number | null, signal: string | null, stderr: string): BootExit {
  if (code === 0) return { kind: 'exited', code };
  const said = lastWords(stderr);
  const rule = rules.find((each) => each.pattern.test(stderr));
  // 126 and 127 are the shell's words for a program that cannot be started.
  if (code === 126 || code === 127) return { kind: 'failed', message: `cannot start ${binary}${said === '' ? '' : `: ${said}`}`, hint: '"kit-test doctor" shows what is missing and how to install it' };
  if (signal !== null && rule === undefined) return { kind: 'signalled', signal };
  const ended = signal === null ? `exit status ${code ?? '?'}` : signal;
  return { kind: 'failed', message: `${binary} failed (${ended})${said === '' ? '' : `: ${said}`}`, ...(rule === undefined ? {} : { hint: rule.hint }) };
}

/** It was the accelerator, and will be the next time. */
export const isOfAccel = (exit: BootExit): boolean => exit.kind === 'failed' && exit.hint === kvmHint;

/** What it means that the guest is paused though nobody asked for it; undefined where that is no failure. */
export function classifyPause(status: string, stderr: string): BootExit | undefined {
  switch (status) {
    case 'internal-error': {
      const said = /KVM internal error[^\n]*/.exec(stderr)?.[0];
      return { kind: 'failed', message: `the accelerator gave up on the guest (${said ?? 'internal error'})`, hint: kvmHint };
    }
    case 'io-error': case 'guest-panicked': case 'watchdog': case 'shutdown':
      return { kind: 'failed', message: `QEMU paused the guest (${status})` };
    default: return undefined;
  }
}

/** The line of QEMU's error output that says why, without the program's name: warnings before it are left out. */
function lastWords(stderr: string): string {
  const lines = stderr.split('\n').map((line) => line.trim()).filter((line) => line !== '');
  const telling = lines.filter((line) => !/^(?:warning|info)\b|: warning:|: info:|terminating on signal/i.test(line));
  const line = telling.find((each) => /^qemu|^\w*sh: |error|fatal|failed/i.test(each)) ?? telling.at(-1) ?? '';
  return line.replace(/^(?:qemu-system-[a-z0-9_]+|qemu|(?:\/\S*\/)?sh): /, '').slice(0, 300);
}
