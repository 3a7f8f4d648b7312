// Real kernels from the Debian archive this machine knows: fetched, unpacked, pinned, and had again without an index.
// Needs the network; KIT_TEST_DEBIAN_MIRROR names an archive where the machine's apt knows none.
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadArchs } from '../../src/arch/index.ts';
import { openApt } from '../../src/apt/open.ts';
import { openCache, type Cache } from '../../src/cache/store.ts';
import { readYaml } from '../../src/config/yaml.ts';
import { inspectKernel } from '../../src/kernel/inspect.ts';
import { parseKconfig } from '../../src/kernel/kconfig.ts';
import { fetchKernels, listKernels, wantedKernels } from '../../src/kernel/inventory.ts';
import { readModule, readModuleIndex, requireModules } from '../../src/kernel/modules.ts';
import { createKernelResolver, type ResolverContext } from '../../src/kernel/resolve.ts';
import type { Arch } from '../../src/model/arch.ts';
import { KernelFileSchema, type Kernel, type KernelSpec } from '../../src/model/kernel.ts';
import { recordProgress, type Recorded } from '../unit/cache/folder.ts';
import { noRegistry } from '../unit/registry/refusing.ts';

const signal = new AbortController().signal;
const nowhere = 'http://127.0.0.1:9/debian';

describe('kernels of Debian', () => {
  let root: string;
  let cache: Cache;
  let archs: readonly Arch[];
  let kernel: Kernel;
  let progress: Recorded;

  const lockPath = (): string => join(root, 'kit-test.lock');
  const context = (options: { frozen?: boolean; mirror?: string } = {}): ResolverContext => ({
    cache, registry: noRegistry, progress, suite: 'trixie',
    apt: openApt({ cache, progress, settings: { mirror: options.mirror }, env: options.mirror === undefined ? process.env : {}, lockPath: lockPath(), lock: { frozen: options.frozen ?? false, update: false } }),
  });
  const arch = (name: string): Arch => archs.find((one) => one.name === name) ?? expect.fail(`no arch ${name}`);
  const spec = async (name: string): Promise<KernelSpec> => {
    const file = fileURLToPath(new URL(`../../kernels/${name}.yaml`, import.meta.url));
    const { value, issues } = readYaml(await readFile(file, 'utf8'), file, KernelFileSchema);
    expect(issues).toEqual([]);
    return { ...(value ?? expect.fail('no kernel')), name, file };
  };

  beforeAll(async () => {
    root = await mkdtemp(join(tmpdir(), 'kit-test-kernels-'));
    cache = await openCache(join(root, 'cache'));
    archs = await loadArchs();
    progress = recordProgress();
    kernel = await createKernelResolver(context())(await spec('6.12'), arch('aarch64'), signal);
  });
  afterAll(() => rm(root, { recursive: true, force: true }));

  it('gives a kernel for a foreign architecture with Kconfig file and modules', async () => {
    expect(kernel.release).toMatch(/^6\.12\.\d+/);
    expect(kernel.origin).toMatch(/^linux-image-6\.12.* \(Debian trixie\)$/);
    expect(inspectKernel(await readFile(kernel.image))).toEqual({ format: 'arm64-image', arch: 'aarch64', release: kernel.release });
    expect(parseKconfig(await readFile(kernel.config ?? '', 'utf8')).get('CONFIG_ARM64')).toBe('y');
    expect(kernel.modules?.endsWith(`/${kernel.release}`)).toBe(true);
    expect((await readModuleIndex(kernel.modules ?? '')).paths.size).toBeGreaterThan(300);
    expect(progress.downloads.some(({ name, finished }) => name.startsWith('linux-image') && finished)).toBe(true);
  });

  it('finds real modules with what they need, and unpacks them', async () => {
    const { files, builtin } = await requireModules(kernel, ['virtio-net', 'fs-ext4', 'overlay', 'dm-crypt']);
    const names = [...files.map(({ name }) => name), ...builtin];
    expect(names).toEqual(expect.arrayContaining(['dm_crypt', 'dm_mod', 'overlay']));
    for (const { file } of files.slice(0, 3)) expect((await readModule(file)).subarray(0, 4).toString('latin1')).toBe('\x7fELF');
  });

  it('holds no more than the kernel in the cache, and nothing half done', async () => {
    expect(await readdir(join(cache.root, 'parts'))).toEqual([]);
    expect(await readdir(join(cache.root, 'entries', 'kernel'))).toHaveLength(1);
    expect((await stat(kernel.image)).size).toBeGreaterThan(10_000_000);
  });

  it('needs no index and no network the second time, also when frozen', async () => {
    for (const frozen of [false, true]) {
      const again = await createKernelResolver(context({ mirror: nowhere, frozen }))(await spec('6.12'), arch('aarch64'), signal);
      expect(again).toEqual(kernel);
    }
  });

  it('refuses a vanished pin when frozen, and else takes the newest with a notice', async () => {
    const lock = await readFile(lockPath(), 'utf8');
    const version = /_(6\.12[^_]*)_arm64\.deb/.exec(lock)?.[1] ?? expect.fail('no version');
    const old = lock.replaceAll(version, '6.12.1-1').replaceAll(kernel.release, '6.12.1-gone').replaceAll(/"sha256": "[0-9a-f]{64}"/g, `"sha256": "${'0'.repeat(64)}"`);
    await writeFile(lockPath(), old);
    await expect(createKernelResolver(context({ frozen: true }))(await spec('6.12'), arch('aarch64'), signal)).rejects.toMatchObject({ code: 'PIN_GONE' });
    expect(await readFile(lockPath(), 'utf8')).toBe(old);

    expect(await createKernelResolver(context())(await spec('6.12'), arch('aarch64'), signal)).toEqual(kernel);
    expect(progress.notices.at(-1)).toContain('6.12.1-gone');
    expect(await readFile(lockPath(), 'utf8')).toBe(lock);
  });

  it('takes the successor of a package that names a version which is gone', async () => {
    const gone = { ...(await spec('6.12')), source: { type: 'apt', suite: 'trixie', package: 'linux-image-6.12.1+deb13-cloud-arm64' } } as const;
    expect((await createKernelResolver(context())(gone, arch('aarch64'), signal)).release).toBe(kernel.release);
  });

  it('says that a package does not exist for an architecture', async () => {
    const wrong = { ...(await spec('6.12')), source: { type: 'apt', suite: 'trixie', package: 'linux-image-cloud-arm64' } } as const;
    await expect(createKernelResolver(context())(wrong, arch('x86_64'), signal)).rejects.toMatchObject({ code: 'APT_NO_PACKAGE', message: expect.stringContaining('for amd64') as string, hint: expect.stringContaining('linux-image-cloud-amd64') as string });
  });

  it('says that the archive cannot be reached', async () => {
    await expect(createKernelResolver(context({ mirror: nowhere }))(await spec('6.1'), arch('x86_64'), signal)).rejects.toMatchObject({ code: 'NETWORK' });
  });

  it('gets the split packages of the newest kernel', async () => {
    const wanted = await wantedKernels([await spec('7.x')], [arch('x86_64')]);
    expect((await listKernels(wanted, context()))[0]?.pinned).toBeUndefined();
    const [outcome] = await fetchKernels(wanted, createKernelResolver(context()), context(), signal);
    expect(outcome?.error).toBeUndefined();
    expect(inspectKernel(await readFile(outcome?.kernel?.image ?? ''))).toMatchObject({ format: 'bzimage', arch: 'x86_64', release: outcome?.kernel?.release });
    expect(parseKconfig(await readFile(outcome?.kernel?.config ?? '', 'utf8')).get('CONFIG_X86_64')).toBe('y');
    expect((await readModuleIndex(outcome?.kernel?.modules ?? '')).builtin.size).toBeGreaterThan(50);
    expect((await listKernels(wanted, context()))[0]?.pinned).toBe(outcome?.kernel?.origin);
  });
});
