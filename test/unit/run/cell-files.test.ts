import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { loadArchs } from '../../../src/arch/index.ts';
import { cellsOf, expandMatrix } from '../../../src/matrix/expand.ts';
import { HarnessSchema, type HarnessConfig } from '../../../src/model/harness.ts';
import { KernelFileSchema } from '../../../src/model/kernel.ts';
import type { LinuxkitDocument } from '../../../src/image/linuxkit/schema.ts';
import { filesOfCell, type CellFile } from '../../../src/run/cell-files.ts';
import { openFilesOf } from '../../../src/run/changed/select.ts';
import { holds } from '../../../src/run/changed/touched.ts';
import { loadWorkspace } from '../../../src/run/workspace.ts';
import { archs, makeCase, makeKernel } from '../matrix/sample.ts';

const [x86, , arm] = archs;

interface Asked {
  readonly file?: object;
  readonly doc?: LinuxkitDocument;
  readonly kernel?: object;
  readonly config?: HarnessConfig;
  readonly arch?: typeof x86 | undefined;
}

/** Paths of a cell of the case `a` on the kernel `k`. */
function pathsOf({ file = {}, doc, kernel, config = {}, arch = x86 }: Asked, whose: CellFile['of'] = 'case'): readonly string[] {
  const spec = kernel === undefined ? makeKernel('k', '6.1') : { ...KernelFileSchema.parse({ release: '6.1', ...kernel }), name: 'k', file: '/p/kernels/k.yaml' };
  const [cell] = arch === undefined ? [] : cellsOf(makeCase('a', { ...(doc === undefined ? { run: { command: ['true'] } } : { image: 'image.yml' }), ...file }), spec, arch);
  if (cell === undefined) throw new Error('no cell');
  return filesOfCell(cell, doc && { doc, baseDir: '/p/cases/a' }, { root: '/p', harness: HarnessSchema.parse(config), home: '/home/me' }).filter(({ of }) => of === whose).map(({ path }) => path);
}

describe('the files of a case', () => {
  it('are its YAML, and what its command is given', () => {
    expect(pathsOf({ file: { run: { command: ['./t'], copy: ['t', '../shared'] } } })).toEqual(['/p/cases/a/case.yaml', '/p/cases/a/t', '/p/cases/shared']);
  });

  it('are those of its architecture', () => {
    const file = { run: { command: ['./t'], copy: ['build/{arch}/t'] }, drives: [{ source: 'data-{arch}', mount: '/d' }] };
    expect(pathsOf({ file })).toEqual(['/p/cases/a/case.yaml', '/p/cases/a/build/x86_64/t', '/p/cases/a/data-x86_64']);
    expect(pathsOf({ file, arch: arm })).toEqual(['/p/cases/a/case.yaml', '/p/cases/a/build/arm/t', '/p/cases/a/data-arm']);
  });

  it('are all of its folder where a program of this machine asks the guest', () => {
    expect(pathsOf({ file: { probe: { command: ['./ask.sh', '{port:80}', '../lib/words.txt'] } } })).toEqual(['/p/cases/a/case.yaml', '/p/cases/a', '/p/cases/a/ask.sh', '/p/cases/lib/words.txt']);
    expect(pathsOf({ file: { probe: { http: { port: 80 } } } })).toEqual(['/p/cases/a/case.yaml']);
  });

  it('are the image with every folder, archive and file that it names', () => {
    const doc: LinuxkitDocument = {
      kernel: { image: 'oci:./kernel', cmdline: 'quiet' },
      init: ['builtin:init', 'apt:busybox-static', 'dir:./init-{arch}'],
      onboot: [{ name: 'check', image: 'dir:./check' }, { name: 'package', image: '@pkg:../pkg/net' }],
      onshutdown: [{ name: 'bye', image: 'docker-archive:bye.tar:bye:1' }],
      services: [{ name: 'web', image: 'oci:/images/web:latest' }, { name: 'cache', image: 'redis:7' }],
      volumes: [{ name: 'data', image: 'oci-archive:../data.tar' }, { name: 'empty' }],
      files: [{ path: 'etc/a', source: 'files/a' }, { path: 'etc/key', source: '~/.ssh/key.pub' }, { path: 'etc/b', contents: 'dir:./not-a-reference' }],
    };
    expect([...pathsOf({ doc })].sort()).toEqual([
      '/home/me/.ssh/key.pub', '/images/web',
      ...['bye.tar', 'case.yaml', 'check', 'files/a', 'image.yml', 'init-x86_64'].map((name) => `/p/cases/a/${name}`),
      '/p/cases/data.tar', '/p/cases/pkg/net',
    ]);
  });

  it('name everything in the folders of the built-in cases but what only makes files of them', async () => {
    const root = fileURLToPath(new URL('../../../', import.meta.url));
    const { project } = await loadWorkspace({ cwd: root, requireConfig: true });
    const cells = expandMatrix(project, await loadArchs());
    const filesOfEach = await openFilesOf(project, cells);
    const unnamed: string[] = [];
    for (const { name, dir } of project.cases) {
      const named = cells.filter((cell) => cell.case.name === name).flatMap((cell) => filesOfEach(cell).map(({ path }) => path));
      for (const entry of await readdir(dir, { recursive: true, withFileTypes: true })) {
        const path = join(entry.parentPath, entry.name);
        if (!entry.isDirectory() && !named.some((one) => holds(one, path))) unnamed.push(path.slice(root.length));
      }
    }
    expect(unnamed).toEqual(['cases/filesystems/make-images.sh']);
  });
});

describe('the files of a kernel', () => {
  it('are its YAML, and what that names for the architecture', () => {
    const source = { type: 'file', path: { x86_64: '../../linux/bzImage', arm: 'zImage' }, config: 'config-x', modules: '/lib/modules/6.1' };
    expect(pathsOf({ kernel: { source, symbols: { x86_64: 'System.map', arm: { url: 'https://a.example/map', sha256: '0'.repeat(64) } } } }, 'kernel')).toEqual(['/p/kernels/k.yaml', '/linux/bzImage', '/p/kernels/config-x', '/lib/modules/6.1', '/p/kernels/System.map']);
    expect(pathsOf({ arch: arm, kernel: { source, symbols: { x86_64: 'System.map', arm: { url: 'https://a.example/map', sha256: '0'.repeat(64) } } } }, 'kernel')).toEqual(['/p/kernels/k.yaml', '/p/kernels/zImage', '/p/kernels/config-x', '/lib/modules/6.1']);
  });

  it('are an image that lies here, and no registry', () => {
    expect(pathsOf({ kernel: { source: { type: 'oci', image: 'oci:./layout-{arch}:6.1' } } }, 'kernel')).toEqual(['/p/kernels/k.yaml', '/p/kernels/layout-x86_64']);
    expect(pathsOf({ kernel: { source: { type: 'oci', image: 'linuxkit/kernel:6.1' } } }, 'kernel')).toEqual(['/p/kernels/k.yaml']);
    expect(pathsOf({ kernel: { source: { type: 'apt', suite: 'sid', package: 'linux-image-cloud-amd64' } } }, 'kernel')).toEqual(['/p/kernels/k.yaml']);
  });
});

it('a command that boots cells may be a file by each of its words', () => {
  const config: HarnessConfig = { runner: { type: 'exec', command: ['node', 'lab/boot.mjs', '{kernel}'], cleanup: ['./lab/clean.sh'], arch: ['arm'] } };
  expect(pathsOf({ config, arch: arm }, 'runner')).toEqual(['/p/node', '/p/lab/boot.mjs', '/p/lab/clean.sh']);
  expect(pathsOf({ config }, 'runner')).toEqual([]);
});
