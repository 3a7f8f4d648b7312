import { describe, expect, it } from 'vitest';
import { loadArchs } from '../../../src/arch/index.ts';
import { planBoot, planGuest } from '../../../src/boot/plan.ts';
import { bootRequest, MiB } from './request.ts';

const archs = await loadArchs();
const arch = archs.find(({ name }) => name === 'arm') ?? expect.fail('no arm');
const valueOf = (argv: readonly string[], option: string): string | undefined => argv[argv.indexOf(option) + 1];

describe('planBoot', () => {
  it('has a port of results only where the case asks for one, beside the arguments that boot it by hand', () => {
    expect(planBoot(bootRequest(arch))).not.toHaveProperty('resultsPort');
    const { argv, resultsPort } = planBoot(bootRequest(arch, { case: { results: 'port' } }));
    expect(argv).toEqual(planBoot(bootRequest(arch)).argv);
    expect(resultsPort?.join(' ')).toMatch(/^-device virtio-serial-\w+,max_ports=2 -device virtserialport,nr=1,chardev=results,name=org\.kit-test\.results$/);
  });

  it('gives equal plans for equal requests', () => {
    expect(planBoot(bootRequest(arch))).toEqual(planBoot(bootRequest(arch)));
  });

  it('has a network only where the case asks for one, and that reaches nothing outside', () => {
    expect(planBoot(bootRequest(arch)).argv.join(' ')).not.toMatch(/netdev|virtio-net/);
    const { argv } = planBoot(bootRequest(arch, { case: { network: true } }));
    expect(valueOf(argv, '-netdev')).toBe('user,id=net0,restrict=on');
    expect(argv.join(' ')).not.toMatch(/hostfwd|guestfwd|smb=/);
  });

  it('leads ports of this machine alone to the guest, chosen by the system, and keeps the guest inside', () => {
    const { argv, ports } = planBoot(bootRequest(arch, { ports: [80, 443] }));
    expect(valueOf(argv, '-netdev')).toBe('user,id=net0,restrict=on,hostfwd=tcp:127.0.0.1:0-:80,hostfwd=tcp:127.0.0.1:0-:443');
    expect(ports).toEqual([80, 443]);
  });

  it('gives drives read-only, but for the one to write to', () => {
    const { argv, scratch } = planBoot(bootRequest(arch, {
      drives: [{ path: '/cache/a,b', serial: 'drive0' }],
      scratch: { path: '/run/artifacts.img', serial: 'artifacts', writable: true, bytes: 4096 },
    }));
    expect(argv.filter((word, index) => argv[index - 1] === '-drive')).toEqual([
      'if=none,id=drive-drive0,format=raw,readonly=on,file=/cache/a,,b',
      'if=none,id=drive-artifacts,format=raw,cache=unsafe,file=/run/artifacts.img',
    ]);
    expect(argv).toEqual(expect.arrayContaining(['virtio-blk-pci,drive=drive-drive0,serial=drive0', 'virtio-blk-pci,drive=drive-artifacts,serial=artifacts']));
    expect(scratch).toEqual([{ path: '/run/artifacts.img', bytes: 4096 }]);
  });

  it.each(archs)('loads no kernel for a guest that has it in its memory, unless the machine of $name is another one without', (each) => {
    const waiting = planBoot(bootRequest(each, { memoryFile: { path: '/template/memory', shared: true } }));
    const copy = planBoot(bootRequest(each, { memoryFile: { path: '/template/memory', shared: false } }));
    const loads = ['-kernel', '-initrd', '-append'];
    expect(waiting.argv).toEqual(expect.arrayContaining(loads));
    expect(copy.argv.filter((word) => loads.includes(word))).toEqual(each.name === 'x86_64' ? loads : []);
    expect(copy.cmdline).toBe(waiting.cmdline);
  });

  it('plans the same memory and command line for a machine that is not QEMU', () => {
    const { memory, cmdline } = planBoot(bootRequest(arch));
    expect(planGuest(bootRequest(arch))).toEqual({ memory, cmdline });
  });

  it('shares no file, screen or default device with the host', () => {
    const { argv } = planBoot(bootRequest(arch, { case: { network: true } }));
    expect(argv).toEqual(expect.arrayContaining(['-nodefaults', '-no-user-config', '-no-reboot', '-sandbox']));
    expect(argv.join(' ')).not.toMatch(/virtfs|9p|vhost|-drive|vnc/);
  });

  it('leaves the sandbox out where QEMU has none', () => {
    expect(planBoot(bootRequest(arch, { qemu: { version: '8.2.0', sandbox: false } })).argv).not.toContain('-sandbox');
  });

  it.each([
    ['7.2.22', 'tcg', 'max,-erms,-fsrm,-cx16'],
    ['8.0.0', 'tcg', 'max,-erms,-fsrm'],
    ['10.0.2', 'tcg', 'max,-erms,-fsrm'],
    ['7.2.22', 'kvm', 'host'],
  ] as const)('gives a guest of QEMU %s under %s the CPU %s', (version, accel, cpu) => {
    const x86 = archs.find(({ name }) => name === 'x86_64');
    if (x86 === undefined) throw new Error('x86_64 is missing');
    const { argv } = planBoot(bootRequest(x86, { accel, qemu: { version, sandbox: true } }));
    expect(argv[argv.indexOf('-cpu') + 1]).toBe(cpu);
  });

  it('names no channel to the harness', () => {
    expect(planBoot(bootRequest(arch)).argv.join(' ')).not.toMatch(/chardev|serial|mon/);
  });

  it('puts the words of image, kernel and case behind its own, and the console last', () => {
    const request = bootRequest(arch, { image: { cmdline: ['console=tty0', 'panic=5'] }, case: { cmdline: ['mine=1'] } });
    const plan = planBoot({ ...request, cell: { ...request.cell, kernel: { cmdline: ['kernel=1'] } } });
    expect(plan.cmdline).toMatch(/^oops=panic .*panic=-1 console=tty0 panic=5 kernel=1 mine=1 console=ttyAMA0$/);
    expect(valueOf(plan.argv, '-append')).toBe(plan.cmdline);
  });

  it('takes a command line of as many bytes as the kernel reads, and none longer', () => {
    const room = arch.cmdlineMax - planBoot(bootRequest(arch)).cmdline.length - 1;
    expect(planBoot(bootRequest(arch, { case: { cmdline: ['x'.repeat(room)] } })).cmdline).toHaveLength(arch.cmdlineMax);
    expect(() => planBoot(bootRequest(arch, { case: { cmdline: ['x'.repeat(room + 1)] } }))).toThrow(expect.objectContaining({ code: 'CMDLINE_TOO_LONG' }) as Error);
    expect(() => planBoot(bootRequest(arch, { case: { cmdline: ['ä'.repeat(room - 1)] } }))).toThrow(/bytes/);
  });

  it('doubles commas in what QEMU would read as options', () => {
    const request = bootRequest(arch);
    expect(valueOf(planBoot({ ...request, cell: { ...request.cell, id: 'a,process=b/k/arm' } }).argv, '-name')).toBe('a,,process=b/k/arm');
  });

  it('rounds memory up to whole mebibytes', () => {
    expect(valueOf(planBoot(bootRequest(arch, { case: { memory: 512 * MiB + 1 } })).argv, '-m')).toBe('513M');
  });
});
