// Real kernels on all architectures: what goes in, what comes out, and every way a boot can end.
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { arch as hostArch } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadArchs } from '../../src/arch/index.ts';
import { chooseAccel } from '../../src/boot/accel.ts';
import { qemuCommand } from '../../src/boot/command.ts';
import { openConsoleFile } from '../../src/boot/console-file.ts';
import { openHostMemo } from '../../src/boot/memo.ts';
import { rootLimit } from '../../src/boot/memory.ts';
import type { Guard } from '../../src/boot/spawn.ts';
import type { Vm } from '../../src/boot/life.ts';
import { startVm, type QemuOptions } from '../../src/boot/vm.ts';
import type { BootPlan, BootResult } from '../../src/model/boot.ts';
import { findProgram } from '../../src/sys/programs.ts';
import { openGuests, type Guests } from './guest.ts';

const MiB = 1024 ** 2;
const archs = (await loadArchs()).map(({ name, qemu }) => ({ name, binary: qemu.binary, missing: findProgram(qemu.binary) === undefined }));
let guests: Guests;
beforeAll(async () => {
  guests = await openGuests();
});
afterAll(() => guests.dispose());

interface Booted extends BootResult {
  readonly console: Buffer;
  readonly text: string;
}

type Act = (text: string, vm: Vm) => void;

const markUserspace: Act = (text, vm) => {
  if (text.includes('is up')) vm.userspaceSeen();
};
const stopWhenUp: Act = (text, vm) => {
  if (text.includes('is up')) vm.stop('decided');
};

/** Boots to the end; `act` sees the console so far at every chunk. */
async function boot(plan: BootPlan, act: Act = () => undefined, options: Partial<QemuOptions> = {}): Promise<Booted> {
  const chunks: Uint8Array[] = [];
  await using vm = startVm(plan, {
    signal: new AbortController().signal,
    onConsole(chunk) {
      chunks.push(chunk);
      act(Buffer.concat(chunks).toString('latin1'), vm);
    },
    ...options,
  });
  const result = await vm.exit;
  const console = Buffer.concat(chunks);
  return { ...result, console, text: console.toString('utf8').replaceAll('\r', '') };
}

/** Processes with `marker` among their arguments. */
async function processesWith(marker: string): Promise<readonly { readonly pid: number; readonly command: string }[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name)).map(Number);
  const all = await Promise.all(pids.map(async (pid) => ({ pid, command: await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '') })));
  return all.filter(({ command }) => command.includes(marker));
}

for (const { name, binary } of archs.filter(({ missing }) => missing)) it.skip(`${name}: ${binary} is not installed`);

describe.each(archs.filter(({ missing }) => !missing))('$name', ({ name }) => {
  it('boots to user space with a network that ends at QEMU, and powers off', async () => {
    const reached: string[] = [];
    const server = createServer((socket) => socket.end(void reached.push('somebody'))).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const arch = guests.arch(name);
    const script = `
ip link set lo up; ip link set eth0 up
printf '#!/bin/sh\\n[ "$1" = bound ] && echo "guest: address $ip" && ip addr add $ip/24 dev eth0 && ip route add default via 10.0.2.2\\nexit 0\\n' > /dhcp; chmod +x /dhcp
udhcpc -i eth0 -n -q -f -s /dhcp
echo hello | nc -w 2 10.0.2.2 ${port} || echo "guest: host not reached"
cat /proc/cmdline`;
    const plan = await guests.plan(arch, { script, modules: ['virtio_net', 'virtio_pci'], case: { network: true, cpus: 2, cmdline: ['my.word=1'] } });
    const result = await boot(plan, markUserspace);
    server.close();
    expect(result.text).toMatch(/guest: \S+ is up\n/);
    expect(result.text).toContain('guest: address 10.0.2.15');
    expect(result.text).toContain('guest: host not reached');
    expect(result.text).toContain(`${plan.cmdline}\n`);
    expect(reached).toEqual([]);
    expect(result).toMatchObject({ exit: { kind: 'exited', code: 0 }, consoleBytes: result.console.length });
    // QEMU 7 ends in the middle of riscv's power-off.
    expect(name === 'riscv64' ? ['guest-shutdown', undefined] : ['guest-shutdown']).toContain(result.shutdown);
    expect(result.firstByteMs).toBeLessThan(result.userspaceMs ?? 0);
    expect(result.userspaceMs).toBeLessThan(result.durationMs);
  });

  it('unpacks an image as large as its memory allows by our reckoning', async () => {
    const arch = guests.arch(name);
    const memory = 192 * MiB;
    // Found by halving: the image is initrd and root file system at once.
    let size = 0;
    for (let step = memory / 2; step >= MiB; step /= 2) if (size + step < rootLimit({ arch, initrdBytes: size + step }, memory)) size += step;
    const plan = await guests.plan(arch, { script: 'echo "guest: $(wc -c < /big) bytes, $(md5sum < /big)"', files: { big: Buffer.alloc(size - 4 * MiB, 'kit') }, case: { memory } });
    const { text } = await boot(plan);
    expect(text).toContain(`guest: ${size - 4 * MiB} bytes`);
    expect(text).not.toContain('unpacking failed');
    await expect(guests.plan(arch, { script: '', files: { big: Buffer.alloc(size + 4 * MiB) }, case: { memory } })).rejects.toMatchObject({ code: 'IMAGE_TOO_BIG' });
  });

  it('boots by hand with the command it writes down', async () => {
    const plan = await guests.plan(guests.arch(name), { script: 'echo by hand' });
    const child = spawn('/bin/sh', ['-c', qemuCommand(plan)], { stdio: ['ignore', 'pipe', 'inherit'] });
    const chunks: Buffer[] = [];
    child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
    expect(await once(child, 'close')).toEqual([0, null]);
    expect(Buffer.concat(chunks).toString()).toContain('by hand');
  });
});

describe('the end of a guest', () => {
  const aarch64 = () => guests.arch('aarch64');
  const hang = 'sleep 10000';

  it('is a reset after a panic', async () => {
    const result = await boot(await guests.plan(aarch64(), { script: 'echo c > /proc/sysrq-trigger' }));
    expect(result.text).toContain('Kernel panic - not syncing: sysrq triggered crash');
    expect(result).toMatchObject({ exit: { kind: 'exited', code: 0 }, shutdown: 'guest-reset' });
  });

  it.each([
    ['boot-limit', { bootMs: 1500, silenceMs: 60_000, totalMs: 60_000 }, false],
    ['silence-limit', { bootMs: 60_000, silenceMs: 3000, totalMs: 60_000 }, true],
    ['total-limit', { bootMs: 8000, silenceMs: 60_000, totalMs: 12_000 }, true],
  ] as const)('is a stop by the %s', async (why, limits, seen) => {
    const script = why === 'total-limit' ? 'while :; do echo still here; sleep 1; done' : hang;
    const plan = await guests.plan(aarch64(), { script, request: { limits } });
    const result = await boot(plan, (_, vm) => {
      if (seen) vm.userspaceSeen();
    });
    const limitMs = { 'boot-limit': limits.bootMs, 'silence-limit': limits.silenceMs, 'total-limit': limits.totalMs }[why];
    expect(result.exit).toEqual({ kind: 'stopped', why, limitMs });
    expect(result.shutdown).toBeUndefined();
  });

  it.each(['death-signal', 'lifeline'] as const)('is a stop by us when all is said, guarded by %s', async (guard) => {
    const plan = await guests.plan(aarch64(), { script: hang });
    const result = await boot(plan, stopWhenUp, { guard });
    expect(result.exit).toEqual({ kind: 'stopped', why: 'decided' });
    expect(await processesWith(plan.initrd)).toEqual([]);
  });

  it.runIf(process.platform === 'linux').each(['death-signal', 'lifeline'] as const)('comes even to a QEMU that listens to nothing, guarded by %s', async (guard) => {
    const plan = await guests.plan(aarch64(), { script: hang });
    let frozen = false;
    const result = await boot(plan, (_, vm) => {
      if (frozen) return;
      frozen = true;
      void processesWith(plan.initrd).then((found) => {
        for (const { pid } of found) process.kill(pid, 'SIGSTOP');
        vm.stop('decided');
      });
    }, { guard });
    expect(result.exit).toEqual({ kind: 'stopped', why: 'decided' });
    expect(await processesWith(plan.initrd)).toEqual([]);
  });

  it('is its own power-off with a lifeline as well', async () => {
    const result = await boot(await guests.plan(aarch64(), { script: 'echo bye' }), undefined, { guard: 'lifeline' });
    expect(result).toMatchObject({ exit: { kind: 'exited', code: 0 }, shutdown: 'guest-shutdown' });
    expect(result.text).toContain('bye');
  });

  it('is an interruption when the run is aborted, before or during the boot', async () => {
    const plan = await guests.plan(aarch64(), { script: hang });
    const during = new AbortController();
    expect((await boot(plan, () => during.abort(), { signal: during.signal })).exit).toEqual({ kind: 'stopped', why: 'interrupted' });
    const before = await boot(plan, undefined, { signal: AbortSignal.abort() });
    expect(before).toMatchObject({ exit: { kind: 'stopped', why: 'interrupted' }, consoleBytes: 0 });
  });

  it('comes when its VM is disposed of', async () => {
    const plan = await guests.plan(aarch64(), { script: hang });
    await (async () => {
      await using vm = startVm(plan, { signal: new AbortController().signal, onConsole: () => undefined });
      expect(vm.exit).toBeInstanceOf(Promise);
    })();
    expect(await processesWith(plan.initrd)).toEqual([]);
  });

  it('comes when the reader of its console fails, whose error it is then', async () => {
    const plan = await guests.plan(aarch64(), { script: hang });
    await expect(boot(plan, () => { throw new Error('reader failed'); })).rejects.toThrow('reader failed');
    expect(await processesWith(plan.initrd)).toEqual([]);
  });

  it('proves nothing where memory is too small for a kernel', async () => {
    const plan = await guests.plan(guests.arch('x86_64'), { script: '' });
    const tiny = { ...plan, argv: plan.argv.map((word) => (word === '256M' ? '24M' : word)), limits: { bootMs: 20_000, silenceMs: 20_000, totalMs: 20_000 } };
    const result = await boot(tiny);
    expect(result.text).not.toContain('is up');
    expect(result.userspaceMs).toBeUndefined();
  });

  it.each([
    ['-kernel', '/nonexistent/kernel', /could not (?:open|load) kernel/],
    ['-initrd', '/nonexistent/initrd', /initrd/],
    ['-cpu', 'no-such-cpu', /no-such-cpu/],
    ['-machine', 'no-such-machine', /machine type/],
  ])("is QEMU's failure, with a hint, for a wrong %s", async (option, value, message) => {
    const plan = await guests.plan(aarch64(), { script: '' });
    const argv = plan.argv.map((word, index) => (plan.argv[index - 1] === option ? value : word));
    const { exit } = await boot({ ...plan, argv });
    expect(exit).toMatchObject({ kind: 'failed', message: expect.stringMatching(message) as string, hint: expect.any(String) as string });
  });

  it('is a failure to start where QEMU is not installed', async () => {
    const plan = await guests.plan(aarch64(), { script: '' });
    for (const guard of ['death-signal', 'lifeline'] as const) {
      const { exit } = await boot({ ...plan, binary: 'qemu-system-none' }, undefined, { guard });
      expect(exit).toMatchObject({ kind: 'failed', message: expect.stringContaining('cannot start qemu-system-none') as string });
    }
  });
});

describe('the console', () => {
  it('gives every byte as it was printed', async () => {
    const all = Buffer.from(Array.from({ length: 4096 }, (_, index) => (index * 7) % 256));
    const plan = await guests.plan(guests.arch('aarch64'), { files: { bytes: all }, script: 'echo 1 > /proc/sys/kernel/printk; stty -opost < /dev/console; printf BEGIN; cat /bytes; printf END' });
    const { console } = await boot(plan);
    const start = console.indexOf('BEGIN') + 5;
    expect(console.subarray(start, console.indexOf('END', start)).equals(all)).toBe(true);
  });

  it('takes what is typed', async () => {
    const plan = await guests.plan(guests.arch('aarch64'), { script: 'echo "guest: name?"; read -r name; echo "guest: hello $name"' });
    let typed = false;
    const { text } = await boot(plan, (seen, vm) => {
      if (typed || !seen.includes('name?')) return;
      typed = true;
      vm.write(Buffer.from('kernel\r'));
    });
    expect(text).toContain('guest: hello kernel');
  });

  it('makes a flood wait for a slow reader and keeps a bounded file of it', async () => {
    const path = join(guests.folder, 'flood.log');
    const file = await openConsoleFile(path, 65_536);
    const plan = await guests.plan(guests.arch('aarch64'), { script: 'echo 1 > /proc/sys/kernel/printk; yes "$(head -c 3000 /dev/zero | tr "\\0" y)"' });
    let bytes = 0;
    await using vm = startVm(plan, {
      signal: new AbortController().signal,
      onConsole(chunk) {
        file.write(chunk);
        bytes += chunk.length;
        Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5);
        if (bytes > 400_000) vm.stop('decided');
      },
    });
    const { consoleBytes } = await vm.exit;
    expect(consoleBytes).toBe(bytes);
    expect(await file.close()).toMatchObject({ bytes, leftOut: bytes - 65_536 });
    expect((await stat(path)).size).toBeLessThan(65_536 + 200);
  });
});

describe('the port of results', () => {
  it.each<Guard>(['death-signal', 'lifeline'])('gives every byte to a reader that is slow, and takes an answer, guarded by %s', async (guard) => {
    const all = randomBytes(2 * 1024 * 1024);
    const plan = await guests.plan(guests.arch('aarch64'), {
      case: { results: 'port' },
      modules: ['virtio_pci', 'virtio_console'],
      files: { bytes: all },
      script: `until [ -e /dev/vport*p1 ]; do sleep 0.1; done; port=$(echo /dev/vport*p1); cat /sys/class/virtio-ports/*/name
        cat /bytes >$port; { echo end >&3; read -r answer <&3; } 3<>$port; echo "guest: answered $answer"`,
    });
    expect(plan.argv.join(' ')).not.toContain('virtserialport');
    const came: Buffer[] = [];
    let console = '';
    await using vm = startVm(plan, {
      guard,
      signal: new AbortController().signal,
      onConsole: (chunk) => void (console += Buffer.from(chunk).toString('latin1')),
      onResults(chunk) {
        came.push(Buffer.from(chunk));
        Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 20);
        if (chunk.at(-1) === 0x0a && Buffer.concat(came).length === all.length + 4) vm.answerResults(Buffer.from('well\n'));
      },
    });
    expect((await vm.exit).exit).toEqual({ kind: 'exited', code: 0 });
    expect(Buffer.concat(came).equals(Buffer.concat([all, Buffer.from('end\n')]))).toBe(true);
    expect(console).toContain('org.kit-test.results');
    expect(console).toContain('guest: answered well');
  });

  it('is not there where nobody reads it', async () => {
    const plan = await guests.plan(guests.arch('aarch64'), { case: { results: 'port' }, modules: ['virtio_pci', 'virtio_console'], script: 'echo "guest: $(ls /sys/class/virtio-ports | wc -l) ports"' });
    expect((await boot(plan)).text).toContain('guest: 0 ports');
  });
});

describe.runIf(process.platform === 'linux')('a harness that is killed', () => {
  const jiti = fileURLToPath(new URL('../../node_modules/jiti/lib/jiti-cli.mjs', import.meta.url));
  const harness = fileURLToPath(new URL('start-vm.ts', import.meta.url));

  it.each<Guard>(['death-signal', 'lifeline'])('leaves no QEMU behind, whenever SIGKILL comes (%s)', async (guard) => {
    const plan = await guests.plan(guests.arch('aarch64'), { script: 'sleep 10000' });
    const file = join(guests.folder, 'plan.json');
    await writeFile(file, JSON.stringify(plan));
    let seen = 0;
    for (let round = 0; round < 20; round += 1) {
      const child = spawn(process.execPath, [jiti, harness, file, guard], { stdio: ['ignore', 'pipe', 'inherit'] });
      await once(child.stdout, 'data');
      // From before QEMU exists to well into its boot.
      await sleep(round < 10 ? round * 3 : round * 25);
      seen += (await processesWith(plan.initrd)).length > 0 ? 1 : 0;
      child.kill('SIGKILL');
      await once(child, 'close');
      await expect.poll(() => processesWith(plan.initrd), { timeout: 5000 }).toEqual([]);
    }
    expect(seen).toBeGreaterThan(5);
  });
});

describe('the accelerator', () => {
  it('is hardware only where a guest boots with it, found out once', async () => {
    const arch = guests.archs.find(({ hosts }) => hosts.includes(hostArch()));
    if (arch === undefined) return;
    const memo = openHostMemo(join(guests.folder, 'accel.json'));
    const context = { platform: process.platform, hostArch: hostArch(), memo, qemuVersion: 'e2e', signal: new AbortController().signal };
    let probes = 0;
    const probe = async (accel: 'kvm' | 'hvf' | 'tcg') => {
      probes += 1;
      return { plan: await guests.plan(arch, { script: '', request: { accel } }), expectText: 'is up' };
    };
    const choice = await chooseAccel(arch, 'auto', { ...context, probe });
    if (choice.accel === 'tcg') {
      expect(choice.notice).toContain('TCG');
      await expect(chooseAccel(arch, 'kvm', { ...context, probe })).rejects.toMatchObject({ code: 'ACCEL_UNUSABLE' });
    } else expect((await boot(await guests.plan(arch, { script: '', request: { accel: choice.accel } }))).text).toContain('is up');
    expect(await chooseAccel(arch, 'auto', { ...context, probe })).toEqual(choice);
    expect(probes).toBeLessThanOrEqual(1);
  });
});
