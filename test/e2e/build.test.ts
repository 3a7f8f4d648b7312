// `kit-test build` as people call it: without a project, from files, addresses and standard input, by any user.
import { execFileSync, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { chmod, cp, mkdir, mkdtemp, readdir, readFile, rm, truncate, utimes, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { createServer as createTcpServer, type AddressInfo, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createLayout, layerOf } from '../unit/oci/layout-folder.ts';
import { createProject } from './project.ts';

const command = fileURLToPath(new URL('../../dist/main.js', import.meta.url));

interface Outcome {
  readonly code: number | null;
  readonly stdout: Buffer;
  readonly stderr: string;
}

interface How {
  readonly input?: string;
  readonly env?: NodeJS.ProcessEnv;
  readonly umask?: string;
  /** Number of another user, for who may change it. */
  readonly user?: number;
}

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kit-test-build-'));
  await chmod(folder, 0o755);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function kitTest(cwd: string, words: readonly string[], { input, env, umask = '022', user }: How = {}): Promise<Outcome> {
  const line = [process.execPath, command, ...words];
  const as = user === undefined ? line : ['setpriv', `--reuid=${user}`, `--regid=${user}`, '--clear-groups', ...line];
  const child = spawn('sh', ['-c', `umask ${umask}; exec "$@"`, 'sh', ...as], { cwd, env: { ...process.env, FORCE_COLOR: undefined, KIT_TEST_CACHE: join(cwd, 'cache'), ...env }, stdio: ['pipe', 'pipe', 'pipe'] });
  const out: Buffer[] = [];
  let stderr = '';
  child.stdout.on('data', (chunk: Buffer) => out.push(chunk));
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  child.stdin.end(input ?? '');
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, stdout: Buffer.concat(out), stderr };
}

/** A folder with a layout, a folder source and YAML that uses them and a file. */
async function createPlace(name: string): Promise<string> {
  const place = join(folder, name);
  await mkdir(join(place, 'app/sub'), { recursive: true });
  await writeFile(join(place, 'app/run'), '#!/bin/sh\necho hello\n');
  await writeFile(join(place, 'app/sub/data'), 'data');
  await writeFile(join(place, 'source.txt'), 'source');
  await chmod(join(place, 'app/run'), 0o755);
  const layout = await createLayout(join(place, 'layout'));
  const named = (ref: string, image: object) => ({ ...image, annotations: { 'org.opencontainers.image.ref.name': `docker.io/${ref}` } });
  const base = await layout.image([await layerOf([{ name: 'bin/tool', content: 'tool' }, { name: 'bin/same', type: 'link', linkname: 'bin/tool' }, { name: 'sbin', type: 'symlink', linkname: 'bin' }])]);
  const modules = await layerOf([{ name: 'lib/modules/6.1/a.ko', content: 'module' }]);
  const kernel = await layout.image([await layerOf([{ name: 'kernel', content: 'a kernel' }, { name: 'kernel.tar', content: modules.toString('latin1') }])]);
  await layout.index([named('example/base:1', base), named('example/kernel:1', kernel)]);
  await writeFile(join(place, 'system.yml'), `kernel: {image: "example/kernel:1", cmdline: "console=ttyS0 quiet"}
init: ["example/base:1"]
onboot: [{name: app, image: "dir:app", command: [/run]}]
volumes: [{name: data}]
files: [{path: etc/x, contents: text, mode: "0640"}, {path: etc/y, source: source.txt}]
`);
  return place;
}

async function sums(place: string, files: readonly string[]): Promise<readonly (readonly [string, string])[]> {
  return Promise.all(files.map(async (file) => [file, createHash('sha256').update(await readFile(join(place, 'out', file))).digest('hex')] as const));
}

describe('kit-test build', () => {
  it('writes kernel, initrd and command line, and says so in the words of linuxkit build', async () => {
    const place = await createPlace('plain');
    const { code, stdout, stderr } = await kitTest(place, ['build', 'system.yml', '--arch', 'amd64', '--layout', 'layout', '--dir', 'out']);
    expect({ code, stdout: stdout.toString() }).toEqual({ code: 0, stdout: '' });
    expect(stderr.split('\n').slice(0, 10)).toEqual(['Extract kernel image: example/kernel:1', 'Add init containers:', 'Process init image: example/base:1', 'Add volumes:', 'Process volume image: empty for data', 'Add onboot containers:', '  Create OCI config for dir:app', 'Add files:', '  etc/x', '  etc/y']);
    expect((await readdir(join(place, 'out'))).sort()).toEqual(['system-cmdline', 'system-initrd.img', 'system-kernel']);
    expect(await readFile(join(place, 'out/system-cmdline'), 'utf8')).toBe('console=ttyS0 quiet');
    expect(await readFile(join(place, 'out/system-kernel'), 'utf8')).toBe('a kernel');
    const names = new Set(execFileSync('sh', ['-c', 'zcat "$1" | cpio --list --quiet -H newc 2>/dev/null; true', 'sh', join(place, 'out/system-initrd.img')]).toString().split('\n'));
    // As with LinuxKit: no image describes the root folder.
    expect([...names]).not.toContain('.');
  });

  it.each([
    ['kernel+initrd, tar', ['system-kernel', 'system-initrd.img', 'system-cmdline', 'system.tar']],
    ['kernel+squashfs', ['system-kernel', 'system-squashfs.img', 'system-cmdline']],
  ])('gives the same bytes to another user, in another folder, with another cache, umask, time zone and date: %s', async (formats, files) => {
    const words = ['build', 'system.yml', '--arch', 'amd64', '--layout', 'layout', '--dir', 'out', '--format', formats.replace(' ', '')];
    const one = await createPlace(`one-${files.length}`);
    expect(await kitTest(one, words, { umask: '022', env: { TZ: 'Asia/Kolkata' } })).toMatchObject({ code: 0 });
    const two = join(folder, `two-${files.length}`);
    await cp(one, two, { recursive: true, filter: (path) => !/\/(cache|out)(\/|$)/.test(path) });
    for (const file of ['app/run', 'app/sub/data', 'source.txt', 'app']) await utimes(join(two, file), 1, 1);
    const other = process.getuid?.() === 0 ? 65534 : undefined;
    if (other !== undefined) execFileSync('chown', ['-R', `${other}:${other}`, two]);
    expect(await kitTest(two, words, { umask: '077', env: { TZ: 'America/St_Johns', HOME: two }, ...(other === undefined ? {} : { user: other }) })).toMatchObject({ code: 0 });
    expect(await sums(two, files)).toEqual(await sums(one, files));
  });

  it('reads YAML from an address and from standard input, merges, and streams one file', async () => {
    const place = await createPlace('streams');
    const server = createServer((request, response) => {
      if (request.url === '/more.yml') response.end('files: [{path: from/address, contents: x}]\n');
      else response.writeHead(404).end('<html>');
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    try {
      const input = 'files: [{path: from/stdin, contents: x}]\n';
      const built = await kitTest(place, ['build', 'system.yml', `${url}/more.yml`, '-', '--arch', 'amd64', '--layout', 'layout', '--o', '-'], { input });
      expect(built).toMatchObject({ code: 0 });
      const names = execFileSync('tar', ['t'], { input: built.stdout }).toString().split('\n');
      expect(names).toEqual(expect.arrayContaining(['from/address', 'from/stdin', 'etc/x', 'bin/tool', 'boot/kernel', 'lib/modules/6.1/a.ko', 'containers/onboot/000-app/lower/run']));
      const merged = await kitTest(place, ['build', 'system.yml', '-', '--dry-run'], { input });
      expect(merged.stdout.toString()).toMatch(/path: etc\/x[^]*path: from\/stdin/);
      expect(await kitTest(place, ['build', `${url}/other.yml`])).toMatchObject({ code: 3, stderr: expect.stringContaining('the server answered 404') as string });
      expect(await readdir(place)).not.toContain('out');
    } finally {
      server.close();
    }
  });

  it.each<[string, readonly string[], number, RegExp]>([
    ['a file that is not there', ['missing.yml'], 2, /missing\.yml does not exist/],
    ['a folder', ['app'], 2, /app is a folder/],
    ['mistakes in the YAML', ['wrong.yml'], 2, /wrong\.yml:1:[\s\S]*wrong\.yml:2:[\s\S]*2 mistakes/],
    ['a format that does not exist', ['system.yml', '--format', 'iso'], 2, /there is no output format "iso"/],
    ['a kernel that does not exist', ['system.yml', '--kernel', '6.x'], 2, /there is no kernel "6\.x"/],
    ['an architecture that does not exist', ['system.yml', '--arch', 'sparc'], 2, /there is no architecture "sparc"/],
    ['a name that is a path', ['system.yml', '--name', 'a/b'], 2, /expected the name of a file/],
    ['several files for one place', ['system.yml', '--o', '-', '--format', 'kernel+initrd', '--layout', 'layout', '--arch', 'amd64'], 2, /--o takes one file, and kernel\+initrd would be 3/],
    ['a name with a line break', ['system.yml', '--name', 'a\nb'], 2, /--name "a\\nb": expected the name of a file/],
    ['a folder where a file should go', ['system.yml', '--o', 'app', '--layout', 'layout'], 2, /--o app is a folder/],
    ['a file in no folder', ['system.yml', '--o', 'none/x.tar', '--layout', 'layout'], 2, /there is no folder .*none/],
    ['a file and a folder', ['system.yml', '--o', 'x.tar', '--dir', 'out'], 2, /--o and --dir exclude each other/],
    ['what is no layout', ['system.yml', '--layout', 'app'], 2, /--layout app is no OCI layout/],
    ['what is no address', ['http://'], 2, /http:\/\/ is no address/],
    ['a format that an architecture cannot have', ['system.yml', '--arch', 'arm64', '--format', 'iso-bios'], 2, /iso-bios cannot be made for aarch64/],
    ['a folder that cannot be made', ['system.yml', '--dir', 'source.txt/x', '--layout', 'layout', '--arch', 'amd64'], 3, /cannot be made/],
    ['an image that nobody has', ['other.yml', '--layout', 'layout', '--arch', 'amd64', '--offline'], 3, /example\/other:1/],
    ['no input', [], 2, /missing required argument/],
  ])('refuses %s', async (_, words, code, message) => {
    const place = await createPlace('refused');
    await writeFile(join(place, 'wrong.yml'), 'init: "x"\nfile: []\n');
    await writeFile(join(place, 'other.yml'), 'init: ["example/other:1"]\n');
    const outcome = await kitTest(place, ['build', ...words]);
    expect(outcome).toMatchObject({ code, stderr: expect.stringMatching(message) as string });
    expect(await readdir(place)).not.toContain('out');
  });

  // Less than it takes to give up connecting.
  it('ends at SIGINT even while a registry says nothing', { timeout: 12_000 }, async () => {
    const place = await createPlace('silent');
    const server = createTcpServer().listen(0, '127.0.0.1');
    const asked = once(server, 'connection');
    await once(server, 'listening');
    await writeFile(join(place, 'silent.yml'), `init: ["127.0.0.1:${(server.address() as AddressInfo).port}/x:1"]\n`);
    const child = spawn(process.execPath, [command, 'build', 'silent.yml'], { cwd: place, env: { ...process.env, KIT_TEST_CACHE: join(place, 'cache') }, stdio: 'ignore' });
    const closed = once(child, 'close');
    const [socket] = (await asked) as [Socket];
    child.kill('SIGINT');
    expect(await closed).toEqual([130, null]);
    socket.destroy();
    server.close();
  });

  it('takes formats from outputs: of 2017, and JSON for scripts', async () => {
    const place = await createPlace('outputs');
    await writeFile(join(place, 'old.yml'), 'outputs: [{format: tar}]\n');
    const { code, stdout } = await kitTest(place, ['build', 'system.yml', 'old.yml', '--arch', 'amd64', '--layout', 'layout', '--dir', 'out', '--json', '--pull', '--no-sbom']);
    expect(code).toBe(0);
    expect(JSON.parse(stdout.toString())).toMatchObject({ name: 'old', arch: 'x86_64', cmdline: 'console=ttyS0 quiet', outputs: [{ format: 'tar', files: [join(place, 'out/old.tar')] }] });
  });

  it('repeats LinuxKit when told to', async () => {
    const place = await createPlace('compat');
    const built = await kitTest(place, ['build', 'system.yml', '--arch', 'amd64', '--layout', 'layout', '--dir', 'out', '--compat', 'linuxkit', '--format', 'tar', '--name', 'kit']);
    // LinuxKit knows no dir: images.
    expect(built.code).not.toBe(0);
    await writeFile(join(place, 'plain.yml'), 'kernel: {image: "example/kernel:1"}\ninit: ["example/base:1"]\n');
    expect(await kitTest(place, ['build', 'plain.yml', '--arch', 'amd64', '--layout', 'layout', '--dir', 'out', '--compat', 'linuxkit', '--format', 'tar,kernel+initrd'])).toMatchObject({ code: 0 });
    const names = execFileSync('tar', ['tf', join(place, 'out/plain.tar')]).toString().split('\n');
    expect(names.slice(0, 3)).toEqual(['boot/', 'boot/cmdline', 'boot/kernel'].map((name) => expect.stringContaining(name.replace(/\/$/, '')) as string));
  });
});

describe('what was built', () => {
  it('boots: the kernel unpacks an initrd of several gzip members', async () => {
    await using project = await createProject({
      'app/run': '#!/bin/sh\necho "hello from $(cat /etc/told)"\n',
      'system.yml': 'init: ["builtin:init", "apt:busybox-static"]\nonboot: [{name: app, image: "dir:app", binds: ["/usr:/usr", "/bin:/bin", "/etc:/etc"], command: [/bin/sh, /run]}]\nfiles: [{path: etc/told, contents: a segment of files}]\n',
    });
    const { code, stderr } = await project.run(['build', 'system.yml', '--kernel', '6.1', '--arch', 'aarch64', '--dir', 'out']);
    expect({ code, stderr }).toMatchObject({ code: 0 });
    const console = await boot(join(project.folder, 'out/system'));
    expect(console).toContain('hello from a segment of files');
    expect(console).toContain('Moby test suite PASSED');
  });

  it('gets the memory it needs where a case does not say', async () => {
    await using project = await createProject({ 'cases/big/case.yaml': 'summary: big\n', 'cases/big/image.yml': 'init: ["builtin:init", "apt:busybox-static", "dir:files"]\n', 'cases/big/files/big': '' });
    await truncate(join(project.folder, 'cases/big/files/big'), 300 * 1024 ** 2);
    const { stdout, code } = await project.run(['run', '--matrix', '--dry-run']);
    expect(code).toBe(0);
    expect(stdout).toMatch(/ -m 1280M /);
  });
});

async function boot(base: string): Promise<string> {
  const child = spawn('qemu-system-aarch64', ['-machine', 'virt', '-cpu', 'cortex-a72', '-accel', 'tcg', '-m', '512M', '-nodefaults', '-display', 'none', '-no-reboot', '-serial', 'stdio', '-kernel', `${base}-kernel`, '-initrd', `${base}-initrd.img`, '-append', 'console=ttyAMA0 panic=-1 quiet'], { stdio: ['ignore', 'pipe', 'inherit'] });
  const limit = setTimeout(() => child.kill('SIGKILL'), 120_000);
  let text = '';
  child.stdout.on('data', (chunk: Buffer) => (text += chunk.toString()));
  await once(child, 'close');
  clearTimeout(limit);
  return text;
}
