// `--kernel from-image` on real kernels: an image as LinuxKit publishes its kernels, one for each way a kernel is packed.
import { readFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { gzipSync } from 'node:zlib';
import { pack } from 'tar-stream';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { selectModules } from '../../src/kernel/modules.ts';
import type { Arch } from '../../src/model/arch.ts';
import { collect } from '../unit/archive/trees.ts';
import { zboot } from '../unit/kernel/bytes.ts';
import { createLayout } from '../unit/oci/layout-folder.ts';
import { openGuests, type Guests } from './guest.ts';
import { createProject, type Project } from './project.ts';

// Those that have a kernel of one release.
const archs = ['aarch64', 'arm', 'x86_64'];
const packings: Readonly<Record<string, (kernel: Buffer) => Buffer>> = {
  aarch64: (kernel) => zboot(gzipSync(kernel)),
  arm: gzipSync,
};

let project: Project;
let guests: Guests;
beforeAll(async () => {
  guests = await openGuests();
  project = await createProject({
    'harness.config.ts': `export default { matrix: { arch: ${JSON.stringify(archs)} }, accel: 'tcg' };\n`,
    'cases/own/case.yaml': 'summary: boots the kernel of its YAML with its modules\nmodules: [dummy]\nneeds: { kernel: ">=6.1 <6.2" }\n',
    'cases/own/image.yml': `kernel: { image: "oci:../../kernel", cmdline: "from.image=1" }
init: ["builtin:init", "apt:busybox-static"]
onboot:
  - name: check
    image: dir:./check
    command: ["/bin/sh", "-c", "grep -q from.image=1 /proc/cmdline && grep -q ^dummy /proc/modules && [ -s /lib/modules/from-image ]"]
    binds: ["/usr/bin:/bin", "/lib:/lib"]
`,
    'cases/own/check/etc/empty': '',
    'cases/newer/case.yaml': 'summary: wants another release\nneeds: { kernel: ">=6.2" }\n',
    'cases/newer/image.yml': 'kernel: { image: "oci:../../kernel" }\ninit: ["builtin:init", "apt:busybox-static"]\n',
    'cases/none/case.yaml': 'summary: names no kernel\n',
    'cases/none/image.yml': 'init: ["builtin:init", "apt:busybox-static"]\n',
    'kernel/.keep': '',
  });
  const layout = await createLayout(join(project.folder, 'kernel'));
  const images = [];
  for (const arch of archs.map((name) => guests.arch(name))) {
    const platform = ['linux', arch.oci.architecture, ...(arch.oci.variant === undefined ? [] : [arch.oci.variant])].join('/');
    images.push(await layout.image([await kernelImage(arch)], platform));
  }
  const index = await layout.json({ schemaVersion: 2, mediaType: 'application/vnd.oci.image.index.v1+json', manifests: images }, 'application/vnd.oci.image.index.v1+json');
  await layout.index([index]);
});
afterAll(async () => {
  await guests.dispose();
  await project[Symbol.asyncDispose]();
});

/** `kernel` and `kernel.tar`, its names beginning with `./` as `tar cf kernel.tar .` writes them. */
async function kernelImage(arch: Arch): Promise<Buffer> {
  const kernel = await guests.kernel(arch);
  const modules = pack();
  for (const { file } of (await selectModules(kernel, ['dummy'])).files) modules.entry({ name: `./lib/modules/${kernel.release}/${relative(kernel.modules ?? '', file)}` }, await readFile(file));
  modules.entry({ name: './lib/modules/from-image' }, 'all of the archive is in the root file system');
  modules.finalize();
  const image = pack();
  const packed = packings[arch.name] ?? ((bytes: Buffer): Buffer => bytes);
  image.entry({ name: 'kernel' }, packed(await readFile(kernel.image)));
  image.entry({ name: 'kernel.tar' }, await collect(modules as AsyncIterable<Uint8Array>));
  image.finalize();
  return collect(image as AsyncIterable<Uint8Array>);
}

it('boots the kernel that the YAML names, on each architecture, however it is packed', async () => {
  const { code, stdout } = await project.run(['run', '--matrix', '--kernel', 'from-image']);
  const { cells } = await project.report();
  const verdicts = cells.map(({ id, verdict }) => [id, verdict.kind === 'skip' ? verdict.reason : verdict.kind]);
  expect(verdicts, stdout).toEqual(['newer', 'none', 'own'].flatMap((name) => archs.map((arch) => [
    `${name}/from-image/${arch}`,
    name === 'own' ? 'pass' : name === 'none' ? 'cases/none/image.yml names no kernel.image' : expect.stringMatching(/^needs kernel >=6\.2, this is 6\.1\./) as string,
  ])));
  expect(code).toBe(0);
  expect(cells.find(({ id }) => id === 'own/from-image/arm')?.attempts[0].kernel?.origin).toMatch(/^kernel of oci:/);
});

it('lists the cells, and takes other kernels beside it', async () => {
  const { stdout } = await project.run(['list', '--kernel', 'from-image', '--kernel', '6.1', '--case', 'own', '--arch', 'arm', '--json']);
  expect((JSON.parse(stdout) as { id: string }[]).map(({ id }) => id)).toEqual(['own/6.1/arm', 'own/from-image/arm']);
});
