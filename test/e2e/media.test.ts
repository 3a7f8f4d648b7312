// Boot media with real kernels and real firmware: SeaBIOS and OVMF on x86_64, AAVMF on aarch64; and that the file systems
// we write are what a kernel mounts.
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RunReport } from '../../src/model/report.ts';
import { textFile } from '../../src/archive/entry.ts';
import { createTree, link, put } from '../../src/archive/rootfs.ts';
import { writeErofs } from '../../src/media/erofs.ts';
import { writeSquashfs } from '../../src/media/squashfs.ts';
import { openSlices } from '../../src/source/slices.ts';
import { cellOf, createProject, scriptCase, type Outcome, type Project } from './project.ts';

const image = 'init: ["builtin:init", "apt:busybox-static"]\n';
const expectation = 'expect: { pass: Moby test suite PASSED, fail: Moby test suite FAILED }\ntimeouts: { total: 60s }\n';
const cells = [
  'boots/6.12/x86_64/kernel+initrd', 'boots/6.12/x86_64/iso-bios', 'boots/6.12/x86_64/iso-efi', 'boots/6.12/x86_64/raw-bios', 'boots/6.12/x86_64/qcow2-efi',
  'boots/6.12/aarch64/kernel+initrd', 'boots/6.12/aarch64/iso-efi', 'boots/6.12/aarch64/qcow2-efi',
  'boots/6.12/arm/kernel+initrd',
];

let project: Project;
let outcome: Outcome;
let report: RunReport;
beforeAll(async () => {
  project = await createProject({
    'harness.config.ts': `export default { matrix: { kernels: ['6.12'], arch: ['x86_64', 'aarch64', 'arm'], exclude: [{ case: 'fails', arch: 'a*' }] }, accel: 'tcg' };\n`,
    'cases/boots/case.yaml': `summary: boots from every medium\n${expectation}boot: [kernel+initrd, iso-bios, iso-efi, raw-bios, qcow2-efi]\n`,
    'cases/boots/image.yml': image,
    'cases/no-bios/case.yaml': `summary: nothing but a PC has a BIOS\n${expectation}boot: raw-bios\nneeds: { arch: [arm] }\n`,
    'cases/no-bios/image.yml': image,
    ...scriptCase('fails', 'cat /proc/cmdline; test -d /sys/firmware/efi && exit 3', 'boot: raw-efi'),
  });
  outcome = await project.run(['run', '--matrix', '--jobs', '1']);
  report = await project.report();
});
afterAll(async () => {
  await project[Symbol.asyncDispose]();
});

describe('a case with several media', () => {
  it('boots from each that the architecture has firmware for', () => {
    expect(report.cells.filter(({ case: name }) => name === 'boots').map(({ id, verdict }) => [id, verdict.kind])).toEqual(cells.map((id) => [id, 'pass']));
  });

  it('is shown with its media: on the terminal, in JUnit and in TAP', async () => {
    expect(outcome.stdout).toMatch(/^boots iso-efi +✓/m);
    const [junit, tap] = [await project.read('.kit-test/runs/latest/junit.xml'), await project.read('.kit-test/runs/latest/results.tap')];
    for (const id of cells) for (const text of [junit, tap]) expect(text).toContain(id);
    expect(cellOf(report, 'boots', 'aarch64/iso-efi')).toMatchObject({ medium: 'iso-efi', repeat: 'kit-test run boots --kernel 6.12 --arch aarch64 --medium iso-efi' });
  });

  it('is selected by medium', async () => {
    const { stdout } = await project.run(['list', '--medium', 'iso-*']);
    expect(stdout).toContain('boots/6.12/aarch64/iso-efi');
    expect(stdout).not.toMatch(/qcow2|kernel\+initrd/);
  });

  it('has QEMU boot the medium, and nothing of it stays written', async () => {
    const line = await project.read('.kit-test/runs/latest/cells/boots+6.12+x86_64+qcow2-efi/qemu.cmd');
    expect(line).toMatch(/if=pflash.*snapshot=on.*format=qcow2,snapshot=on/);
    expect(line).not.toMatch(/ -kernel | -append /);
  });
});

describe('a medium', () => {
  it('that an architecture has no firmware for is skipped with the reason', () => {
    expect(cellOf(report, 'no-bios', 'arm').verdict).toEqual({ kind: 'skip', reason: 'arm has no BIOS firmware here, which raw-bios needs' });
  });

  it('tells a failure as any other way to boot does', () => {
    const cell = cellOf(report, 'fails', 'x86_64');
    expect(cell.verdict).toMatchObject({ kind: 'fail' });
    expect(cell.attempts[0].excerpt.map(({ text }) => text).join('\n')).toContain('initrd=\\initrd.img');
  });
});

describe('a read-only file system made here', () => {
  it.each([['erofs', writeErofs], ['squashfs', writeSquashfs]] as const)('as %s has in a guest what the tree has', async (type, write) => {
    const folder = await mkdtemp(join(tmpdir(), 'kit-test-media-'));
    try {
      const file = join(folder, 'content.img');
      await write(awkwardTree(), file, { slices: openSlices }, new AbortController().signal);
      await using guest = await createProject({
        'harness.config.ts': `export default { matrix: { kernels: ['6.12'], arch: ['aarch64'] }, accel: 'tcg' };\n`,
        'cases/mounts/case.yaml': `summary: mounts\nrun: { command: [sh, ./check.sh], copy: [check.sh, content.img] }\nmodules: [${type}, loop]\n`,
        'cases/mounts/check.sh': mountScript(type),
      });
      await writeFile(join(guest.folder, 'cases/mounts/content.img'), await (await import('node:fs/promises')).readFile(file));
      const { stdout } = await guest.run(['run', '--matrix']);
      const [cell] = (await guest.report()).cells;
      expect(cell?.verdict, stdout).toEqual({ kind: 'pass' });
      expect(await readdir(folder)).toEqual(['content.img']);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });
});

function awkwardTree() {
  const tree = createTree();
  const owner = { uid: 0, gid: 5, mtime: 1_600_000_000 };
  put(tree, '', { type: 'directory', mode: 0o751, ...owner, gid: 0 });
  put(tree, 'su', textFile('su', { mode: 0o4711, uid: 70_000, gid: 70_001, mtime: 1_600_000_000 }));
  put(tree, 'console', { type: 'char', major: 5, minor: 1, mode: 0o640, ...owner });
  put(tree, 'disk', { type: 'block', major: 259, minor: 300, mode: 0o600, ...owner });
  put(tree, 'pipe', { type: 'fifo', mode: 0o600, ...owner });
  put(tree, 'link', { type: 'symlink', target: 'su', mode: 0o777, ...owner });
  put(tree, 'large', textFile(Buffer.alloc(1_234_567, 'kit-test ')));
  put(tree, 'first', textFile('shared'));
  link(tree, 'second', 'first');
  for (let index = 0; index < 900; index += 1) put(tree, `many/name ${index}`, textFile(`${index}\n`));
  return tree;
}

const mountScript = (type: string): string => `
set -e
mkdir -p /mnt && mount -t ${type} -o ro,loop /work/content.img /mnt
check() { if [ "$2" = "$3" ]; then echo "ok $1"; else echo "$1: expected $3, got $2"; exit 1; fi; }
check root "$(stat -c '%a %u %g' /mnt)" "751 0 0"
check mode "$(stat -c '%a %u %g %Y' /mnt/su)" "4711 70000 70001 1600000000"
check char "$(stat -c '%F %a %g %t %T' /mnt/console)" "character special file 640 5 5 1"
check block "$(stat -c '%F %t %T' /mnt/disk)" "block special file 103 12c"
check fifo "$(stat -c '%F' /mnt/pipe)" "fifo"
check link "$(readlink /mnt/link)" "su"
check links "$(stat -c '%h' /mnt/second)" "2"
check inodes "$(stat -c '%i' /mnt/second)" "$(stat -c '%i' /mnt/first)"
check size "$(wc -c < /mnt/large)" "1234567"
check sum "$(sha256sum < /mnt/large | cut -c1-64)" "$(yes 'kit-test ' | tr -d '\\n' | head -c 1234567 | sha256sum | cut -c1-64)"
check many "$(ls /mnt/many | wc -l)" "900"
check all "$(cat /mnt/many/* | sort -n | tail -1)" "899"
`;
