// Folders of this machine as drives of the guest, on every architecture; and large copies that go by one.
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { verdictReason } from '../../src/model/verdict.ts';
import type { RunReport } from '../../src/model/report.ts';
import { cellOf, createProject, scriptCase, type Project } from './project.ts';

const archs = ['x86_64', 'aarch64', 'arm'] as const;
const mib = 1024 * 1024;
const look = `set -e
[ "$(cat "/mnt/a drive/sub/word")" = here ]
[ "$(cat /mnt/erofs/sub/word)" = here ]
[ "$(stat -c '%u:%g %a' "/mnt/a drive/sub/tool")" = "0:0 755" ]
! touch "/mnt/a drive/new" 2>/dev/null
! touch /mnt/erofs/new 2>/dev/null
"/mnt/a drive/sub/tool"`;

const files = {
  'harness.config.ts': `export default { matrix: { kernels: ['6.1'], arch: ['x86_64', 'aarch64', 'arm'], exclude: [{ case: 'one-*', arch: 'x86_64' }, { case: 'one-*', arch: 'arm' }] }, accel: 'tcg' };\n`,
  ...scriptCase('all-drives', look, `drives:\n  - { source: "data-{arch}", mount: "/mnt/a drive" }\n  - { source: "data-{arch}", mount: /mnt/erofs, format: erofs }`),
  ...Object.fromEntries(archs.flatMap((arch) => [[`cases/all-drives/data-${arch}/sub/word`, 'here'], [`cases/all-drives/data-${arch}/sub/tool`, '#!/bin/sh\nexit 0\n']])),
  ...scriptCase('one-missing', 'true', 'drives: [{ source: nothing, mount: /mnt }]'),
  ...scriptCase('one-file', 'true', 'drives: [{ source: check.sh, mount: /mnt }]'),
  'cases/big-copy/case.yaml': 'summary: big\nrun: { command: [sh, ./check.sh], copy: [check.sh, tree] }\nmemory: 256M\n',
  'cases/big-copy/check.sh': `set -e
[ "$(pwd)" = /work ] && mount | grep -q ' on /work type overlay'
[ "$(sha256sum tree/big | cut -c1-8)" = "$(cat tree/sum)" ]
echo changed >tree/sum; mkdir new; echo y >new/file; rm tree/small; [ ! -e tree/small ]
`,
};

let project: Project;
let report: RunReport;
beforeAll(async () => {
  project = await createProject(files);
  const { chmod } = await import('node:fs/promises');
  for (const arch of archs) await chmod(join(project.folder, `cases/all-drives/data-${arch}/sub/tool`), 0o755);
  const tree = join(project.folder, 'cases/big-copy/tree');
  await mkdir(tree);
  // Unpacked into 256 MiB of memory this would not fit.
  const big = Buffer.alloc(120 * mib, 'not all zeros ');
  const { createHash } = await import('node:crypto');
  await writeFile(join(tree, 'big'), big);
  await writeFile(join(tree, 'small'), 'x');
  await writeFile(join(tree, 'sum'), createHash('sha256').update(big).digest('hex').slice(0, 8));
  await project.run(['run', '--matrix', '--jobs', '1']);
  report = await project.report();
});
afterAll(() => project[Symbol.asyncDispose]());

describe('drives', () => {
  it.each(archs)('are mounted read-only before the first entry, as squashfs and erofs, on %s', (arch) => {
    expect(cellOf(report, 'all-drives', arch).verdict).toEqual({ kind: 'pass' });
  });

  it.each([
    ['one-missing', /nothing does not exist/],
    ['one-file', /check\.sh is a file: expected a folder/],
  ])('that cannot be made are our error: %s', (name, reason) => {
    const { verdict } = cellOf(report, name);
    expect(verdict.kind).toBe('error');
    expect(verdictReason(verdict)).toMatch(reason);
  });
});

describe('a large copy', () => {
  it.each(archs)('goes by a drive, and stays writable, in a guest it would not fit into, on %s', async (arch) => {
    const cell = cellOf(report, 'big-copy', arch);
    expect(cell.verdict, verdictReason(cell.verdict)).toEqual({ kind: 'pass' });
    expect(cell.attempts[0].image?.bytes).toBeLessThan(32 * mib);
    expect(await readFile(join(project.folder, '.kit-test/runs/latest', cell.attempts[0].qemuCmd ?? ''), 'utf8')).toContain('serial=copies');
  });

  it('of exec goes the same way', async () => {
    const { stdout, code } = await project.run(['exec', '--kernel', '6.1', '--arch', 'aarch64', '--accel', 'tcg', '--copy', 'cases/big-copy/tree', '--', 'sh', '-c', 'echo $PWD; wc -c <tree/big; echo x >tree/small && cat tree/small']);
    // A busy host makes the kernel print, between the lines too.
    const said = stdout.split('\n').filter((line) => !/^\[ *\d+\.\d+\] /.test(line));
    expect([said, code]).toEqual([['/work', `${120 * mib}`, 'x', ''], 0]);
  });
});
