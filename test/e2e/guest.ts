// Real guests for tests: a Debian kernel and an initrd of busybox with the script a test wants as init.
// They come through the user's cache and the project's lock file, so they are downloaded once.
import { execFileSync } from 'node:child_process';
import { copyFile, mkdir, mkdtemp, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { loadArchs } from '../../src/arch/index.ts';
import { extractDeb } from '../../src/apt/deb.ts';
import { openApt } from '../../src/apt/open.ts';
import { openHostMemo } from '../../src/boot/memo.ts';
import { planBoot, type BootRequest } from '../../src/boot/plan.ts';
import { findQemu } from '../../src/boot/qemu.ts';
import { cacheLocation } from '../../src/cache/location.ts';
import { openCache } from '../../src/cache/store.ts';
import { readYaml } from '../../src/config/yaml.ts';
import { readModule, selectModules } from '../../src/kernel/modules.ts';
import { createKernelResolver } from '../../src/kernel/resolve.ts';
import type { Arch } from '../../src/model/arch.ts';
import type { BootPlan } from '../../src/model/boot.ts';
import { KernelFileSchema, type Kernel } from '../../src/model/kernel.ts';
import { noRegistry } from '../unit/registry/refusing.ts';

const MiB = 1024 ** 2;
const root = fileURLToPath(new URL('../..', import.meta.url));
const signal = new AbortController().signal;

interface GuestOptions {
  /** Shell lines that init runs after /proc, /sys and /dev are there and before it powers off. */
  readonly script: string;
  /** Modules that are loaded before the script. */
  readonly modules?: readonly string[];
  readonly files?: Readonly<Record<string, Uint8Array>>;
  /** Changes to the plan's request. */
  readonly case?: Partial<BootRequest['cell']['case']>;
  readonly request?: Partial<BootRequest>;
}

export interface Guests {
  readonly archs: readonly Arch[];
  readonly folder: string;
  arch(name: string): Arch;
  /** The kernel of an architecture, by the name of its file in kernels/; 6.1 where none is said, or 6.12 where Debian began with that. */
  kernel(arch: Arch, name?: string): Promise<Kernel>;
  /** A plan ready to be started, with limits that only a hang exceeds. */
  plan(arch: Arch, options: GuestOptions): Promise<BootPlan>;
  dispose(): Promise<void>;
}

export async function openGuests(): Promise<Guests> {
  const folder = await mkdtemp(join(tmpdir(), 'kit-test-boot-'));
  const cache = await openCache(cacheLocation({ projectRoot: root, env: process.env, home: homedir(), platform: process.platform }));
  const archs = await loadArchs();
  const lockPath = join(folder, 'kit-test.lock');
  await copyFile(join(root, 'kit-test.lock'), lockPath).catch(() => undefined);
  const progress = { notice: () => undefined, download: () => undefined };
  const apt = openApt({ cache, progress, settings: {}, env: process.env, lockPath, lock: { frozen: false, update: false } });
  const resolveKernel = createKernelResolver({ cache, apt, registry: noRegistry, progress, suite: 'trixie' });
  const memo = openHostMemo(join(folder, 'host.json'));
  let images = 0;

  const isNew = (arch: Arch): boolean => arch.name === 'riscv64';
  const kernel = async (arch: Arch, name = isNew(arch) ? '6.12' : '6.1'): Promise<Kernel> => {
    const file = join(root, 'kernels', `${name}.yaml`);
    const { value } = readYaml(await readFile(file, 'utf8'), file, KernelFileSchema);
    if (value === undefined) throw new Error(`${file} is not valid`);
    return resolveKernel({ ...value, name, file }, arch, signal);
  };

  const busybox = async (arch: Arch): Promise<string> => {
    const unpacked = join(folder, `busybox-${arch.name}`);
    // Debian 13 has no /bin of its own.
    const path = join(unpacked, ...(isNew(arch) ? ['usr'] : []), 'bin', 'busybox');
    if (await stat(path).then(() => true, () => false)) return path;
    const [deb] = (await apt.resolve({ suite: isNew(arch) ? 'trixie' : 'bookworm', arch: arch.debian, packages: ['busybox-static'] }, signal)).filter(({ name }) => name === 'busybox-static');
    if (deb === undefined) throw new Error('no busybox-static');
    await mkdir(unpacked, { recursive: true });
    await extractDeb(await apt.fetch(deb, signal), unpacked, signal);
    return path;
  };

  const initrd = async (arch: Arch, options: GuestOptions): Promise<string> => {
    const tree = join(folder, `image-${images++}`);
    for (const path of ['bin', 'dev', 'proc', 'sys', 'modules']) await mkdir(join(tree, path), { recursive: true });
    await copyFile(await busybox(arch), join(tree, 'bin', 'busybox'));
    await symlink('busybox', join(tree, 'bin', 'sh'));
    const { files } = await selectModules(await kernel(arch), options.modules ?? []);
    for (const module of files) await writeFile(join(tree, 'modules', `${module.name}.ko`), await readModule(module.file));
    for (const [name, content] of Object.entries(options.files ?? {})) await writeFile(join(tree, name), content);
    await writeFile(join(tree, 'init'), init(options.script), { mode: 0o755 });
    const names = execFileSync('find', ['.'], { cwd: tree });
    const path = `${tree}.cpio`;
    await writeFile(path, execFileSync('cpio', ['--create', '--format=newc', '--quiet'], { cwd: tree, input: names, maxBuffer: 1024 * MiB }));
    return path;
  };

  return {
    archs,
    folder,
    kernel,
    arch: (name) => archs.find((arch) => arch.name === name) ?? raise(`no arch ${name}`),
    async plan(arch, options) {
      const path = await initrd(arch, options);
      const { size } = await stat(path);
      return planBoot({
        cell: { id: `guest/6.1/${arch.name}`, case: { memory: 256 * MiB, cpus: 1, network: false, results: 'console', cmdline: [], ...options.case }, kernel: { cmdline: [] } },
        arch,
        accel: 'tcg',
        kernel: await kernel(arch),
        initrd: path,
        image: { cmdline: [], segments: [{ bytes: size }], unpackedBytes: size },
        limits: { bootMs: 300_000, silenceMs: 300_000, totalMs: 300_000 },
        qemu: await findQemu(arch, memo, signal),
        ...options.request,
      });
    },
    dispose: () => rm(folder, { recursive: true, force: true }),
  };
}

const init = (script: string): string => `#!/bin/sh
/bin/busybox --install -s /bin
export PATH=/bin
mount -t devtmpfs dev /dev 2>/dev/null; mount -t proc proc /proc; mount -t sysfs sys /sys
for round in 1 2 3 4; do for m in /modules/*.ko; do [ -e "$m" ] && insmod "$m" 2>/dev/null; done; done
echo "guest: $(uname -m) is up"
${script}
poweroff -f
`;

function raise(message: string): never {
  throw new Error(message);
}
