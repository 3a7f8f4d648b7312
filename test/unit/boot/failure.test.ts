import { describe, expect, it } from 'vitest';
import { classifyExit, classifyPause } from '../../../src/boot/failure.ts';

const binary = 'qemu-system-x86_64';

describe('classifyExit', () => {
  // Real error output of QEMU 6.2 to 9.
  it.each([
    ["qemu: could not open kernel file '/nonexistent': No such file or directory\n", /could not open kernel file/, /source of the kernel/],
    ['qemu: linux kernel too old to load a ram disk\n', /too old to load/, /source of the kernel/],
    ['qemu-system-x86_64: Error loading uncompressed kernel without PVH ELF Note\n', /without PVH ELF Note/, /source of the kernel/],
    ['qemu: initrd is too large, cannot support this. (max: 536670207, need 700000000)\n', /too large/, /raise "memory"/],
    ["qemu: could not load initrd '/cache/initrd'\n", /could not load initrd/, /source of the kernel|raise "memory"/],
    ['qemu-system-x86_64: cannot set up guest memory \'pc.ram\': Cannot allocate memory\n', /guest memory/, /host has too little/],
    ['Could not access KVM kernel module: Permission denied\nqemu-system-x86_64: -accel kvm: failed to initialize kvm: Permission denied\n', /kvm/, /--accel tcg/],
    ['qemu-system-x86_64: error: failed to set MSR 0x10a to 0x69\nqemu-system-x86_64: ../../target/i386/kvm/kvm.c:3183: kvm_buf_set_msrs: Assertion `ret == cpu->kvm_msr_buf->nmsrs\' failed.\n', /failed to set MSR 0x10a to 0x69/, /--accel tcg/],
    ['qemu-system-aarch64: -accel kvm: invalid accelerator kvm\n', /invalid accelerator/, /--accel tcg/],
    ['qemu-system-arm: Addressing limited to 32 bits, but memory exceeds it by 1073741824 bytes\n', /32 bits/, /lower "memory"/],
    ["qemu-system-arm: Invalid SMP CPUs 16. The max CPUs supported by machine 'virt-7.2' is 8\n", /Invalid SMP CPUs/, /lower "cpus"/],
    ["qemu-system-x86_64: unable to find CPU model 'max'\n", /CPU model/, /too old/],
  ])('explains %j', (stderr, message, hint) => {
    const exit = classifyExit(binary, 1, null, stderr);
    expect(exit).toMatchObject({ kind: 'failed', message: expect.stringMatching(message) as string, hint: expect.stringMatching(hint) as string });
  });

  it.each([
    ['an exit of 0 says nothing about the guest', 0, null, '', { kind: 'exited', code: 0 }],
    ['warnings do not make an exit of 0 a failure', 0, null, 'qemu-system-x86_64: warning: host does not support\n', { kind: 'exited', code: 0 }],
    ['a signal from outside', null, 'SIGKILL', '', { kind: 'signalled', signal: 'SIGKILL' }],
    ['an assertion of QEMU', null, 'SIGABRT', '**\nERROR:../accel/tcg/x.c:1: code should not be reached\n', { kind: 'failed', message: 'qemu-system-x86_64 failed (SIGABRT): ERROR:../accel/tcg/x.c:1: code should not be reached' }],
    ['a failure without a word', 1, null, '', { kind: 'failed', message: 'qemu-system-x86_64 failed (exit status 1)' }],
    ['a program that is not there', 127, null, 'sh: 1: exec: qemu-system-x86_64: not found\n', { kind: 'failed', message: 'cannot start qemu-system-x86_64: 1: exec: qemu-system-x86_64: not found' }],
    ['the line that says why among others', 1, null, 'qemu-system-x86_64: warning: nothing\nqemu-system-x86_64: Some failure\nmore\n', { message: 'qemu-system-x86_64 failed (exit status 1): Some failure' }],
  ] as const)('%s', (_, code, signal, stderr, expected) => {
    expect(classifyExit(binary, code, signal, stderr)).toMatchObject(expected);
  });

  it('never repeats more than a line of what QEMU said', () => {
    const exit = classifyExit(binary, 1, null, `qemu: ${'x'.repeat(4000)}\n`);
    expect(exit.kind === 'failed' && exit.message.length < 400).toBe(true);
  });
});

describe('classifyPause', () => {
  it('blames the accelerator for an internal error', () => {
    expect(classifyPause('internal-error', 'KVM internal error. Suberror: 1\nextra data[0]: 0x1\n')).toMatchObject({ kind: 'failed', message: expect.stringContaining('KVM internal error. Suberror: 1') as string });
  });

  it.each(['prelaunch', 'paused', 'running', 'inmigrate'])('takes %s for no failure', (status) => {
    expect(classifyPause(status, '')).toBeUndefined();
  });
});
