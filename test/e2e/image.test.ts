// Images from real Debian packages, unpacked by the real cpio and by real kernels, their bundles run by the real runc.
// Needs the network; KIT_TEST_DEBIAN_MIRROR names an archive where the machine's apt knows none.
import { execFile } from 'node:child_process';
import { copyFile, link, mkdir, mkdtemp, readdir, readFile, readlink, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, posix } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openApt } from '../../src/apt/open.ts';
import { loadArchs } from '../../src/arch/index.ts';
import { openCache } from '../../src/cache/store.ts';
import { readYaml } from '../../src/config/yaml.ts';
import { createImageBuilder, type ImageBuilder } from '../../src/image/build.ts';
import { addSegment } from '../../src/image/segment.ts';
import { readModule, readModuleIndex, moduleTables, requireModules } from '../../src/kernel/modules.ts';
import { createKernelResolver, type KernelResolver } from '../../src/kernel/resolve.ts';
import type { Arch } from '../../src/model/arch.ts';
import type { Image } from '../../src/model/image.ts';
import { KernelFileSchema, type KernelSpec } from '../../src/model/kernel.ts';
import { documentOf, parseYaml } from '../unit/image/context.ts';
import { noRegistry } from '../unit/registry/refusing.ts';

const signal = new AbortController().signal;
const run = promisify(execFile);
const asRoot = process.getuid?.() === 0;

let root: string;
let archs: readonly Arch[];
let builder: ImageBuilder;
let resolveKernel: KernelResolver;

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'kit-test-e2e-image-'));
  // Packages and kernels are kept from run to run where the machine says so.
  const cache = await openCache(process.env['KIT_TEST_CACHE'] ?? join(root, 'cache'));
  archs = await loadArchs();
  const progress = { notice: () => undefined, download: () => undefined };
  const apt = openApt({ cache, progress, settings: {}, env: process.env, lockPath: join(root, 'kit-test.lock'), lock: { frozen: false, update: false } });
  builder = createImageBuilder({ cache, apt, registry: noRegistry, progress, suite: 'trixie', parseYaml });
  resolveKernel = createKernelResolver({ cache, apt, registry: noRegistry, progress, suite: 'trixie' });
});
afterAll(() => rm(root, { recursive: true, force: true }));

const archNamed = (name: string): Arch => archs.find((arch) => arch.name === name) ?? expect.fail(`no architecture ${name}`);
const build = (yaml: string, arch: string): Promise<Image> => builder.rootfs({ yaml: documentOf(yaml), baseDir: root, arch: archNamed(arch) }, signal);

async function unpack(image: Image, name: string): Promise<string> {
  const folder = join(root, name);
  await mkdir(folder, { recursive: true });
  await run('sh', ['-c', 'for segment; do cpio -idmu --quiet --no-absolute-filenames <"$segment" || exit; done', 'sh', ...image.segments.map(({ path }) => path)], { cwd: folder });
  return folder;
}

/** Where a path leads for a process whose root is `folder`. */
async function insideOf(folder: string, path: string): Promise<string> {
  const done: string[] = [];
  const todo = path.split('/').filter((part) => part !== '');
  for (let part = todo.shift(); part !== undefined; part = todo.shift()) {
    const at = posix.normalize(`/${[...done, part].join('/')}`);
    const target = await readlink(join(folder, at)).catch(() => undefined);
    if (target === undefined) done.splice(0, done.length, ...at.split('/').filter((step) => step !== ''));
    else {
      if (target.startsWith('/')) done.length = 0;
      todo.unshift(...target.split('/').filter((step) => step !== '' && step !== '.'));
    }
  }
  return join(folder, ...done);
}

describe('apt: images', () => {
  const cells = ['bookworm', 'trixie', 'bullseye'].flatMap((suite) => ['x86_64', 'aarch64', 'arm'].map((arch) => [suite, arch] as const));
  it.each(cells)('of %s for %s have programs whose interpreter and libraries are there', async (suite, arch) => {
    const image = await build(`{init: ["apt:bash,busybox-static,kmod@${suite}"]}`, arch);
    const folder = await unpack(image, `apt-${suite}-${arch}`);
    for (const name of ['bin', 'sbin', 'lib']) expect(await readlink(join(folder, name))).toBe(`usr/${name}`);
    expect(await readdir(join(folder, 'usr/share'))).not.toContain('man');

    const bash = await readFile(await insideOf(folder, '/bin/bash'));
    expect(bash.readUInt16LE(18)).toBe(archNamed(arch).elfMachine);
    const interpreter = /\/lib(?:64)?\/ld-linux[-a-z0-9_.]*/.exec(bash.subarray(0, 4096).toString('latin1'))?.[0] ?? expect.fail('no interpreter');
    expect((await readFile(await insideOf(folder, interpreter))).readUInt16LE(18)).toBe(archNamed(arch).elfMachine);
    const libraries = await readdir(join(folder, 'usr/lib', archNamed(arch).multiarch));
    for (const [needed] of bash.toString('latin1').matchAll(/lib(?:tinfo|c)\.so\.\d+/g)) expect(libraries).toContain(needed);
    if (asRoot && arch === 'x86_64') expect((await run('chroot', [folder, '/bin/bash', '-c', '/sbin/modprobe --version; busybox echo works'])).stdout).toMatch(/kmod version[^]*works/);
  });

  it('are the same bytes when everything but the packages is made again', async () => {
    const yaml = '{init: ["apt:busybox-static"]}';
    const first = await build(yaml, 'x86_64');
    await rm(join(first.segments[0]?.path ?? '', '..'), { recursive: true });
    expect(await build(yaml, 'x86_64')).toEqual(first);
  });

  it('say which package does not exist', async () => {
    await expect(build('{init: ["apt:busybox-statik"]}', 'arm')).rejects.toMatchObject({ code: 'APT_NO_PACKAGE', message: expect.stringMatching(/^apt:busybox-statik: .*for armhf/) as string, hint: 'did you mean "busybox-static"?' });
  });
});

describe('bundles', () => {
  it.skipIf(!asRoot)('are run by the real runc', async () => {
    const image = await build(`
onboot:
  - name: check
    image: apt:busybox-static
    readonly: true
    command: [/bin/busybox, sh, -c, 'echo "in $0 as $(busybox id -u):$(busybox id -g) at $PWD on $(busybox hostname) with $A"; busybox grep CapEff /proc/self/status; busybox touch /x 2>/dev/null || echo read-only', container]
    env: ["A=one two", PATH=/bin]
    cwd: /usr
    uts: new
    hostname: box
    uid: 5
    gid: 6
    capabilities: [CAP_KILL]
    rlimits: ["nofile,64,128"]
    tmpfs: ["/tmp:size=1m"]
    binds: ["/etc:/etc:ro"]
`, 'x86_64');
    const folder = await unpack(image, 'bundle');
    const bundle = join(folder, 'containers/onboot/000-check');
    // The folder is not mounted at its place here; cgroups of the host are none of this test's business.
    const config = JSON.parse(await readFile(join(bundle, 'config.json'), 'utf8')) as { mounts: { type: string }[]; linux: { resources: unknown; cgroupsPath?: string } };
    config.mounts = config.mounts.filter(({ type }) => type !== 'cgroup');
    await writeFile(join(bundle, 'config.json'), JSON.stringify(config));
    const name = `kit-test-${process.pid}`;
    const { stdout } = await run('runc', ['--root', join(root, 'runc'), 'run', '--no-pivot', '--bundle', bundle, name]);
    expect(stdout).toContain('in container as 5:6 at /usr on box with one two\n');
    expect(stdout).toMatch(/CapEff:\s+0000000000000000\n/);
    expect(stdout).toContain('read-only\n');
  });
});

describe('initramfs of real kernels', () => {
  const spec = async (name: string): Promise<KernelSpec> => {
    const file = fileURLToPath(new URL(`../../kernels/${name}.yaml`, import.meta.url));
    const { value } = readYaml(await readFile(file, 'utf8'), file, KernelFileSchema);
    return { ...(value ?? expect.fail('no kernel')), name, file };
  };
  const script = `#!/bin/busybox sh
/bin/busybox mkdir -p /proc
/bin/busybox mount -t proc proc /proc
echo "lib: $(/bin/busybox readlink /lib)"
echo "modules: $(/bin/busybox ls /lib/modules)"
/bin/busybox modprobe dummy && echo "dummy: $(/bin/busybox grep -c ^dummy /proc/modules)"
echo "links: $(/bin/busybox stat -c %h:%s /linked) $(/bin/busybox cat /other)"
echo "owner: $(/bin/busybox stat -c %u:%g:%a:%Y /owned)"
echo "extra: $(/bin/busybox cat /work/payload) $(/bin/busybox stat -c %a /work)"
echo "root: $(/bin/busybox stat -c %a /)"
echo all seen
/bin/busybox poweroff -f
`;

  const cells = [['5.10', 'x86_64'], ['6.1', 'x86_64'], ['6.12', 'aarch64'], ['7.x', 'x86_64'], ['6.1', 'arm']] as const;
  it.each(cells.flatMap(([kernel, arch]) => [[kernel, arch, 'a link to usr/lib'], [kernel, arch, 'a folder']] as const))('%s on %s finds modules and extra files where /lib is %s', async (name, arch, lib) => {
    const kernel = await resolveKernel(await spec(name), archNamed(arch), signal);
    const folder = join(root, `boot-${name}-${arch}-${lib === 'a folder' ? 'folder' : 'link'}`);
    await mkdir(folder, { recursive: true });
    await writeFile(join(folder, 'init'), script, { mode: 0o755 });
    await writeFile(join(folder, 'payload'), 'here it is');
    const yaml = `{init: [${lib === 'a folder' ? '' : '"apt:busybox-static", '}"dir:plain"], files: [{path: owned, contents: "", uid: 12, gid: 34, mode: "4755"}]}`;
    const plain = join(folder, 'plain');
    await mkdir(join(plain, 'bin'), { recursive: true });
    await mkdir(join(plain, 'dev'), { recursive: true });
    await writeFile(join(plain, 'linked'), 'hello');
    await link(join(plain, 'linked'), join(plain, 'other'));
    await copyFile(join(folder, 'init'), join(plain, 'init'));
    await run('chmod', ['755', join(plain, 'init')]);
    if (lib === 'a folder') {
      await mkdir(join(plain, 'lib'), { recursive: true });
      await writeFile(join(plain, 'lib/kept'), '');
      const busybox = await unpack(await build('{init: ["apt:busybox-static"]}', arch), `busybox-${arch}`);
      await copyFile(join(busybox, 'usr/bin/busybox'), join(plain, 'bin/busybox'));
    }
    const rootfs = await builder.rootfs({
      yaml: documentOf(yaml), baseDir: folder, arch: archNamed(arch),
      extra: [{ path: 'work/payload', hostPath: join(folder, 'payload') }],
    }, signal);
    const { files } = await requireModules(kernel, ['dummy']);
    const index = await readModuleIndex(kernel.modules ?? '');
    const modules = await builder.modules({
      release: kernel.release, kernelDigest: kernel.digest,
      files: files.map(({ path, file }) => ({ path: path.replace(/\.(xz|zst|gz)$/, ''), read: () => readModule(file) })),
      texts: Object.entries(moduleTables(index, files.map((module) => module.name), ['dummy'])).map(([table, content]) => ({ name: table, content })),
    }, signal);
    const image = addSegment(rootfs, modules ?? expect.fail('no modules'));
    const initrd = join(folder, 'initrd');
    await run('sh', ['-c', 'out=$1; shift; cat "$@" >"$out"', 'sh', initrd, ...image.segments.map(({ path }) => path)]);

    const { qemu, console: tty, cmdline } = archNamed(arch);
    const { stdout } = await run(qemu.binary, [
      '-machine', qemu.machine.tcg, '-accel', 'tcg', '-cpu', qemu.cpu.tcg, '-m', '512', '-nodefaults', '-display', 'none', '-no-reboot', '-serial', 'stdio',
      '-kernel', kernel.image, '-initrd', initrd, '-append', ['quiet', `console=${tty}`, 'panic=-1', ...cmdline].join(' '),
    ], { timeout: 180_000, maxBuffer: 1 << 24 });
    const seen = stdout.replaceAll('\r', '');
    expect(seen).toContain('all seen');
    expect(seen).toContain(lib === 'a folder' ? 'lib: \n' : 'lib: usr/lib\n');
    expect(seen).toContain(`modules: ${kernel.release}\n`);
    expect(seen).toContain('dummy: 1\n');
    expect(seen).toContain('links: 2:5 hello\n');
    expect(seen).toContain('owner: 12:34:4755:1492533000\n');
    expect(seen).toContain('extra: here it is 755\n');
    expect(seen).toContain('root: 755\n');
  });
});
