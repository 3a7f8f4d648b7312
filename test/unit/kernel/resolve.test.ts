// Kernels from files and from a web server, resolved as a run does it.
import { createHash } from 'node:crypto';
import { execFileSync } from 'node:child_process';
import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import aarch64 from '../../../src/arch/aarch64.ts';
import x86 from '../../../src/arch/x86_64.ts';
import { fetchKernels, listKernels, wantedKernels } from '../../../src/kernel/inventory.ts';
import { createKernelResolver, type KernelResolver, type ResolverContext } from '../../../src/kernel/resolve.ts';
import { listSources, loadSource } from '../../../src/kernel/sources.ts';
import { KernelFileSchema, type KernelSpec } from '../../../src/model/kernel.ts';
import { asOrdinaryUser, temporaryFolder } from '../cache/folder.ts';
import { serve } from '../cache/loopback.ts';
import { arm64Image, bzImage, gzipped, zboot } from './bytes.ts';
import { kernelContext } from './context.ts';

const signal = new AbortController().signal;

interface Setting {
  readonly folder: string;
  readonly context: ResolverContext;
  readonly resolve: KernelResolver;
  readonly spec: (source: unknown, release?: string) => KernelSpec;
}

async function setUp(): Promise<Setting> {
  const folder = await temporaryFolder();
  // These sources never ask apt.
  const context = await kernelContext(folder);
  const spec = (source: unknown, release = '6.12'): KernelSpec => ({ ...KernelFileSchema.parse({ release, source }), name: 'mine', file: join(folder, 'mine.yaml') });
  return { folder, context, resolve: createKernelResolver(context), spec };
}

it('takes a file where it lies, with its Kconfig file and modules', async () => {
  const { folder, resolve, spec } = await setUp();
  await writeFile(join(folder, 'Image'), arm64Image());
  await writeFile(join(folder, 'config'), 'CONFIG_A=y\n');
  await mkdir(join(folder, 'out/lib/modules/6.12.9-test/kernel'), { recursive: true });
  await writeFile(join(folder, 'out/lib/modules/6.12.9-test/modules.dep'), '');
  const kernel = await resolve(spec({ type: 'file', path: { arm64: 'Image' }, config: 'config', modules: 'out' }), aarch64, signal);
  expect(kernel).toMatchObject({ name: 'mine', arch: 'aarch64', release: '6.12.9-test', image: join(folder, 'Image'), config: join(folder, 'config'), modules: join(folder, 'out/lib/modules/6.12.9-test') });
});

it.each([['gzip', gzipped(arm64Image())], ['EFI zboot', zboot(gzipped(arm64Image()))]])('unpacks a kernel in %s into the cache', async (_, bytes) => {
  const { folder, resolve, spec } = await setUp();
  await writeFile(join(folder, 'Image'), bytes);
  const kernel = await resolve(spec({ type: 'file', path: 'Image' }), aarch64, signal);
  expect((await readFile(kernel.image)).equals(arm64Image())).toBe(true);
  expect(kernel.release).toBe('6.12.9-test');
});

it('brings the symbols that its file names, unpacked, and is the same kernel with them', async () => {
  const { folder, context, resolve, spec } = await setUp();
  const map = 'ffff800080000000 T _text\nffff800080001000 D _etext\n';
  await writeFile(join(folder, 'Image'), arm64Image());
  await writeFile(join(folder, 'System.map'), map);
  await writeFile(join(folder, 'System.map.gz'), gzipped(Buffer.from(map)));
  const source = spec({ type: 'file', path: 'Image' });
  const bare = await resolve(source, aarch64, signal);
  expect(bare).not.toHaveProperty('symbols');
  const withSymbols = (symbols: NonNullable<KernelSpec['symbols']>) => resolve({ ...source, symbols }, aarch64, signal);
  expect(await withSymbols('System.map')).toEqual({ ...bare, symbols: { path: join(folder, 'System.map'), shown: join(folder, 'System.map') } });
  const packed = await withSymbols({ arm: 'gone', aarch64: 'System.map.gz' });
  expect(packed.symbols?.path.startsWith(context.cache.root)).toBe(true);
  expect(await readFile(packed.symbols?.path ?? '', 'utf8')).toBe(map);
  expect(await withSymbols({ arm: 'gone' })).toEqual(bare);
  const bytes = gzipped(Buffer.from(`${map}\n`));
  await using server = await serve((_, response) => response.end(bytes));
  const remote = { url: `${server.url}/boot/System.map.gz`, sha256: createHash('sha256').update(bytes).digest('hex') };
  expect(await readFile((await withSymbols(remote)).symbols?.path ?? '', 'utf8')).toBe(`${map}\n`);
  await expect(withSymbols('gone')).rejects.toMatchObject({ code: 'SYMBOLS_UNREADABLE', message: `kernel mine: the symbols in ${join(folder, 'gone')} cannot be read: it does not exist` });
});

it('has another digest when the file, the config or a module changes, and else the same', async () => {
  const { folder, context, spec } = await setUp();
  const source = spec({ type: 'file', path: 'Image', config: 'config', modules: 'lib' });
  const digest = async (): Promise<string> => (await createKernelResolver(context)(source, aarch64, signal)).digest;
  await writeFile(join(folder, 'Image'), arm64Image());
  await writeFile(join(folder, 'config'), '');
  await mkdir(join(folder, 'lib/kernel'), { recursive: true });
  await writeFile(join(folder, 'lib/modules.dep'), '');
  const seen = [await digest()];
  expect(await digest()).toBe(seen[0]);
  await writeFile(join(folder, 'Image'), arm64Image('6.12.10'));
  seen.push(await digest());
  await writeFile(join(folder, 'config'), 'CONFIG_B=y\n');
  seen.push(await digest());
  await writeFile(join(folder, 'lib/kernel/a.ko'), 'x');
  seen.push(await digest());
  expect(new Set(seen).size).toBe(4);
});

it('refuses a kernel of a foreign architecture before anything boots', async () => {
  const { folder, resolve, spec } = await setUp();
  await writeFile(join(folder, 'bzImage'), bzImage());
  await expect(resolve(spec({ type: 'file', path: 'bzImage' }), aarch64, signal)).rejects.toMatchObject({ code: 'KERNEL_WRONG_ARCH', message: expect.stringContaining('for x86_64, not for aarch64') as string });
});

it('refuses what is no kernel', async () => {
  const { folder, resolve, spec } = await setUp();
  await writeFile(join(folder, 'text'), 'hello '.repeat(100));
  await expect(resolve(spec({ type: 'file', path: 'text' }), x86, signal)).rejects.toMatchObject({ code: 'KERNEL_FORMAT', hint: expect.stringContaining('bzimage') as string });
});

it.each([
  ['does not exist', 'nothing', /does not exist/],
  ['is a folder', 'folder', /is a folder/],
  ['may not be read', 'secret', /may not be read/],
])('says that the file %s', async (_, path, why) => {
  const { folder, resolve, spec } = await setUp();
  await mkdir(join(folder, 'folder'));
  await writeFile(join(folder, 'secret'), arm64Image());
  await chmod(join(folder, 'secret'), 0);
  await asOrdinaryUser(() => expect(resolve(spec({ type: 'file', path }), aarch64, signal)).rejects.toMatchObject({ code: 'KERNEL_UNREADABLE', message: expect.stringMatching(why) as string, hint: expect.stringContaining('mine.yaml') as string }));
});

it('says that a folder holds no modules, and that it holds too many', async () => {
  const { folder, resolve, spec } = await setUp();
  await writeFile(join(folder, 'Image'), arm64Image());
  await mkdir(join(folder, 'empty'));
  for (const release of ['1', '2']) await mkdir(join(folder, `two/lib/modules/${release}/kernel`), { recursive: true });
  await expect(resolve(spec({ type: 'file', path: 'Image', modules: 'empty' }), aarch64, signal)).rejects.toMatchObject({ code: 'KERNEL_UNREADABLE' });
  await expect(resolve(spec({ type: 'file', path: 'Image', modules: 'two' }), aarch64, signal)).rejects.toMatchObject({ code: 'KERNEL_MODULES_AMBIGUOUS', message: expect.stringContaining('1, 2') as string });
});

it('says which architectures there are when one is missing', async () => {
  const { resolve, spec } = await setUp();
  await expect(resolve(spec({ type: 'file', path: { x86_64: 'a', arm: 'b' } }), aarch64, signal)).rejects.toMatchObject({ code: 'KERNEL_NO_ARCH', hint: expect.stringContaining('x86_64, arm') as string });
});

const sha = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');

it('downloads kernel, Kconfig file and modules, and needs the server only once', async () => {
  const { folder, context, resolve, spec } = await setUp();
  await mkdir(join(folder, 'tree/lib/modules/6.12.9-test/kernel'), { recursive: true });
  await writeFile(join(folder, 'tree/lib/modules/6.12.9-test/modules.dep'), 'kernel/a.ko:\n');
  const files: Record<string, Buffer> = {
    '/Image.gz': gzipped(arm64Image()), '/config': Buffer.from('CONFIG_A=y\n'),
    '/modules.tar.xz': execFileSync('tar', ['-cJf', '-', '-C', join(folder, 'tree'), 'lib']),
  };
  const source = (url: string): unknown => {
    const remote = (path: string): unknown => ({ url: `${url}${path}`, sha256: sha(files[path] ?? Buffer.alloc(0)) });
    return { type: 'url', kernel: { aarch64: remote('/Image.gz') }, config: remote('/config'), modules: remote('/modules.tar.xz') };
  };
  await using server = await serve((request, response) => void response.end(files[request.url ?? '']));
  const kernel = await resolve(spec(source(server.url)), aarch64, signal);
  expect((await readFile(kernel.image)).equals(arm64Image())).toBe(true);
  expect(kernel.modules).toMatch(/6\.12\.9-test$/);
  expect(await readFile(kernel.config ?? '', 'utf8')).toBe('CONFIG_A=y\n');
  expect(server.requests).toHaveLength(3);
  expect(await createKernelResolver(context)(spec(source(server.url)), aarch64, signal)).toEqual(kernel);
  expect(server.requests).toHaveLength(3);
});

it('takes one remote file for all architectures for what it is', async () => {
  const { resolve, spec } = await setUp();
  await using server = await serve((_, response) => void response.end(arm64Image()));
  const source = spec({ type: 'url', kernel: { url: `${server.url}/Image`, sha256: sha(arm64Image()) } });
  expect((await resolve(source, aarch64, signal)).origin).toBe(`${server.url}/Image`);
  await expect(resolve(source, x86, signal)).rejects.toMatchObject({ code: 'KERNEL_WRONG_ARCH' });
});

it('refuses a download with the wrong sha256', async () => {
  const { resolve, spec } = await setUp();
  await using server = await serve((_, response) => void response.end(arm64Image()));
  await expect(resolve(spec({ type: 'url', kernel: { url: `${server.url}/Image`, sha256: '0'.repeat(64) } }), aarch64, signal)).rejects.toMatchObject({ code: 'DOWNLOAD_DIGEST' });
});

it('resolves once for all who ask at the same time', async () => {
  const { resolve, spec } = await setUp();
  await using server = await serve((_, response) => void response.end(arm64Image()));
  const source = spec({ type: 'url', kernel: { url: `${server.url}/Image`, sha256: sha(arm64Image()) } });
  const kernels = await Promise.all([resolve(source, aarch64, signal), resolve(source, aarch64, signal)]);
  expect(kernels[0]).toBe(kernels[1]);
  expect(server.requests).toHaveLength(1);
});

it('finds the sources by their folder', async () => {
  expect(await listSources()).toEqual(['apt', 'file', 'oci', 'url']);
  for (const type of await listSources()) expect((await loadSource(type)).type).toBe(type);
});

it('lists and fetches what a project wants; one failure does not keep the others away', async () => {
  const { folder, context, resolve, spec } = await setUp();
  await writeFile(join(folder, 'Image'), arm64Image());
  const specs = [spec({ type: 'file', path: { aarch64: 'Image', amd64: 'bzImage' } })];
  const wanted = await wantedKernels(specs, [x86, aarch64]);
  expect((await listKernels(wanted, context)).map(({ arch, pinned }) => [arch, pinned])).toEqual([['x86_64', 'bzImage'], ['aarch64', 'Image']]);
  const outcomes = await fetchKernels(wanted, resolve, context, signal);
  expect(outcomes.map(({ error, kernel }) => error?.code ?? kernel?.release)).toEqual(['KERNEL_UNREADABLE', '6.12.9-test']);
});
