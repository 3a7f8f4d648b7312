// Warm starts of real guests: what a case sees, what copies of one moment share and what not, and every way back to a cold boot.
import { createHash } from 'node:crypto';
import { copyFile, readFile, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import type { Attempt, CellResult, RunReport } from '../../src/model/report.ts';
import { openGuests } from './guest.ts';
import { filesBelow, seedCache } from './own-cache.ts';
import { cellOf, createProject, scriptCase, type Outcome, type Project } from './project.ts';

const config = (extra = '') => `export default { matrix: { kernels: ['6.1'], arch: ['x86_64', 'aarch64', 'arm'] }, accel: 'tcg', ${extra} };\n`;

/** Prints `NAME=VALUE` lines to be found on the console. */
const facts = [
  'echo "fact cmdline=$(cat /proc/cmdline)"',
  'echo "fact now=$(date +%s)"',
  'echo "fact random=$(head -c 8 /dev/urandom | od -An -tx1 | tr -d " ")"',
  'echo "fact boot_id=$(cat /proc/sys/kernel/random/boot_id)"',
  'echo "fact env=$(tr "\\0" " " </proc/1/environ)"',
  'echo "fact init=$(tr "\\0" " " </proc/1/cmdline)"',
  'echo "fact processes=$(ps | grep -vc "\\[")"',
  'echo "fact files=$(ls / | tr "\\n" " ")"',
  'echo "fact disks=$(ls /sys/block | grep -c vd)"',
  'echo "fact memory=$(sed -n "s/MemTotal: *//p" /proc/meminfo)"',
  'echo "fact cpus=$(grep -c ^processor /proc/cpuinfo)"',
  'echo "fact printk=$(cat /proc/sys/kernel/printk)"',
  'echo "fact echo=$(stty -a </dev/console | grep -o -e "-*echo " | head -n 1)"',
  'echo "fact mounts=$(cut -d" " -f2 /proc/mounts | sort | tr "\\n" " ")"',
  'echo "fact stdin=$(readlink /proc/1/fd/0) open=$(ls /proc/1/fd | tr "\\n" " ")"',
  'echo "fact modprobe=$(cat /proc/sys/kernel/modprobe)"',
  'echo "fact loopback=$(cat /sys/class/net/lo/flags)"',
  'echo "fact places=$(grep Kernel /proc/iomem | tr -s " \\n" " ")"',
  'echo "fact missing=$(busybox --list-full | while read -r path; do [ -e "/$path" ] || echo "$path"; done)"',
  'touch /usr/written && rm /usr/written',
].join('\n');

const files = {
  'harness.config.ts': config(),
  ...scriptCase('one', facts),
  ...scriptCase('two', facts),
};

const isWarm = ({ boot }: Attempt): boolean => boot?.restored !== undefined;
const lastOf = (cell: CellResult): Attempt => cell.attempts.at(-1) ?? cell.attempts[0];

/** The facts that a guest printed. */
async function factsOf(project: Project, console: string | undefined): Promise<Readonly<Record<string, string>>> {
  const text = await project.read(join('.kit-test/runs/latest', console ?? ''));
  return Object.fromEntries([...text.matchAll(/^(?:[# ]*)fact (\w+)=(.*?)\s*$/gm)].map(([, name = '', value = '']) => [name, value]));
}

describe('two cases on three architectures, started both ways', () => {
  let project: Project;
  let report: RunReport;
  let seconds: readonly number[];
  beforeAll(async () => {
    project = await createProject(files);
    const before = Date.now() / 1000;
    await project.run(['run', '--matrix', '--boot', 'both']);
    seconds = [before, Date.now() / 1000];
    report = await project.report();
  });
  afterAll(() => project[Symbol.asyncDispose]());

  it('agree', () => {
    expect(report.totals).toMatchObject({ total: 6, pass: 6 });
    expect(report.notices.filter((notice) => notice.includes('cold'))).toEqual([]);
    for (const cell of report.cells) expect(lastOf(cell), cell.id).toMatchObject({ warm: { verdict: { kind: 'pass' } } });
  });

  it.each(['x86_64', 'aarch64', 'arm'])('look the same to the case on %s', async (arch) => {
    const { console, warm } = lastOf(cellOf(report, 'one', `6.1/${arch}`));
    const [cold, hot] = [await factsOf(project, console), await factsOf(project, warm?.console)];
    for (const name of ['cmdline', 'env', 'init', 'files', 'cpus', 'printk', 'echo', 'mounts', 'stdin', 'modprobe', 'loopback', 'missing']) expect(hot[name], name).toBe(cold[name]);
    // Where the kernel puts itself is chosen anew at every boot, and leaves some kilobytes more or less.
    expect(Math.abs(Number.parseInt(cold['memory'] ?? '', 10) - Number.parseInt(hot['memory'] ?? '', 10))).toBeLessThan(1024);
    // One more disk, which holds the root file system.
    expect([Number(cold['disks']), Number(hot['disks'])]).toEqual([0, 1]);
    expect(Number(hot['processes'])).toBe(Number(cold['processes']));
  });

  it('have the kernel of arm at the same place, whether it unpacked itself or came unpacked', async () => {
    const { console, warm } = lastOf(cellOf(report, 'one', '6.1/arm'));
    const { places } = await factsOf(project, console);
    expect(places).toMatch(/40208000-[0-9a-f]+ : Kernel code .* : Kernel data/);
    expect((await factsOf(project, warm?.console))['places']).toBe(places);
  });

  it('have what builtin:init sets up', async () => {
    for (const cell of report.cells) expect(await factsOf(project, lastOf(cell).console), cell.id).toMatchObject({ modprobe: '/sbin/modprobe', loopback: '0x9', missing: 'linuxrc' });
  });

  it('have the right time, and what no two guests may have in common of their own', async () => {
    const all = await Promise.all(report.cells.map((cell) => factsOf(project, lastOf(cell).warm?.console)));
    for (const { now } of all) {
      expect(Number(now)).toBeGreaterThan((seconds[0] ?? 0) - 2);
      expect(Number(now)).toBeLessThan((seconds[1] ?? 0) + 2);
    }
    for (const name of ['random', 'boot_id']) expect(new Set(all.map((each) => each[name])).size, name).toBe(6);
  });

  it('keep the console of both, from the first line of the kernel on', async () => {
    const { console, warm } = lastOf(cellOf(report, 'one', '6.1/aarch64'));
    expect(console).not.toBe(warm?.console);
    for (const path of [console, warm?.console]) expect(await project.read(join('.kit-test/runs/latest', path ?? ''))).toMatch(/Linux version 6\.1[^]*Run \/init as init process[^]*Moby test suite PASSED/);
  });
});

describe('what comes with a case', () => {
  let project: Project;
  let report: RunReport;
  beforeAll(async () => {
    project = await createProject({
      'harness.config.ts': "export default { matrix: { kernels: ['6.1'], arch: ['aarch64'] }, accel: 'tcg', start: 'warm' };\n",
      'cases/drives/data/hello': 'from a drive\n',
      ...scriptCase('drives', 'grep -q "from a drive" /data/hello && mkdir -p /var/out && echo saved >/var/out/file', 'drives: [{ source: data, mount: /data }]\nartifacts: [/var/out]'),
      ...scriptCase('network', 'ip link set eth0 up && udhcpc -i eth0 -n -q -s /bin/true', 'network: true'),
      ...scriptCase('port', 'echo "KTAP version 1"; echo "1..1"; echo "ok 1 over the port"', 'results: port\nexpect: { protocol: ktap, results: 1 }'),
      ...scriptCase('cpus', '[ "$(grep -c ^processor /proc/cpuinfo)" = 2 ]', 'cpus: 2'),
      ...scriptCase('modules', 'grep -q ^dummy /proc/modules && ip link add d0 type dummy', 'modules: [dummy]'),
      ...scriptCase('crash', 'echo c >/proc/sysrq-trigger', 'expect: { protocol: none, crash: sysrq }'),
      ...scriptCase('fails', 'exit 3'),
      ...scriptCase('hangs', 'sleep 1000', 'timeouts: { silence: 5s }'),
      ...scriptCase('cold', 'true', 'start: cold'),
      'cases/own-init/case.yaml': 'summary: an init of its own\nexpect: { protocol: none, pass: reached }\n',
      'cases/own-init/image.yml': 'init: ["apt:busybox-static"]\nfiles:\n  - path: init\n    mode: "0755"\n    contents: |\n      #!/bin/busybox sh\n      echo reached $$\n      /bin/busybox poweroff -f\n',
    });
    const { stderr } = await project.run(['run', '--matrix']);
    expect(stderr).toBe('');
    report = await project.report();
  });
  afterAll(() => project[Symbol.asyncDispose]());

  it.each([['drives', 'pass'], ['network', 'pass'], ['port', 'pass'], ['cpus', 'pass'], ['modules', 'pass'], ['crash', 'pass'], ['fails', 'fail'], ['hangs', 'timeout'], ['own-init', 'pass']])('works for %s, whose verdict is %s', (name, kind) => {
    const cell = cellOf(report, name);
    expect(cell.verdict).toMatchObject({ kind });
    expect(isWarm(lastOf(cell)), 'warm').toBe(true);
  });

  it('brings artifacts home, and results over their port', async () => {
    const { artifacts } = lastOf(cellOf(report, 'drives'));
    expect(await project.read(join('.kit-test/runs/latest', artifacts?.folder ?? '', 'var/out/file'))).toBe('saved\n');
    expect(await project.read(join('.kit-test/runs/latest', lastOf(cellOf(report, 'port')).resultsLog ?? ''))).toContain('ok 1 over the port');
  });

  it('asks a guest that hangs why', () => {
    expect(lastOf(cellOf(report, 'hangs')).hang?.cause).toBeDefined();
  });

  it('boots a case cold that says so', () => {
    expect(isWarm(lastOf(cellOf(report, 'cold')))).toBe(false);
    expect(report.notices.join('\n')).not.toContain('cold starts cold');
  });
});

describe('a kernel that unpacks itself', () => {
  it('boots as it is where a cold boot is asked for, and is unpacked before the boot otherwise', async () => {
    await using project = await createProject({ 'harness.config.ts': "export default { matrix: { kernels: ['6.1'], arch: ['arm'] }, accel: 'tcg' };\n", ...scriptCase('one', 'true') });
    const kernelOf = async (...words: readonly string[]): Promise<Buffer> => {
      expect((await project.run(['run', '--matrix', ...words])).code).toBe(0);
      const command = await project.read('.kit-test/runs/latest/cells/one+6.1+arm/qemu.cmd');
      return readFile(/ -kernel (\S+)/.exec(command)?.[1] ?? '');
    };
    expect((await kernelOf('--boot', 'cold')).readUInt32LE(0x24)).toBe(0x016f2818);
    expect((await kernelOf()).readUInt32BE(0)).toBe(0x27051956);
  });
});

describe('a template', () => {
  const one = { 'harness.config.ts': "export default { matrix: { kernels: ['6.1'], arch: ['aarch64'] }, accel: 'tcg' };\n", ...scriptCase('one', 'true') };
  const warmOf = async (project: Project): Promise<boolean> => isWarm(lastOf(cellOf(await project.report(), 'one')));

  /** Has a template made, and says where it lies. */
  const made = async (project: Project, cache: string): Promise<{ readonly run: () => Promise<Outcome>; readonly folder: string }> => {
    const run = (): Promise<Outcome> => project.run(['run', '--matrix', '--boot', 'warm'], { KIT_TEST_CACHE: cache });
    await run();
    const folder = join(cache, 'entries/template');
    const [key = ''] = await readdir(folder);
    return { run, folder: join(folder, key) };
  };

  it('is not made for the first guest that wants one, and used from the second on', async () => {
    await using cache = await seedCache();
    await using project = await createProject(one);
    const starts: boolean[] = [];
    for (let run = 0; run < 3; run += 1) {
      expect((await project.run(['run', '--matrix'], { KIT_TEST_CACHE: cache.root })).code).toBe(0);
      starts.push(await warmOf(project));
    }
    expect(starts).toEqual([false, true, true]);
  });

  it('is used by exec too, from the second command of a kernel on', async () => {
    await using cache = await seedCache();
    await using project = await createProject(one);
    const exec = (...words: readonly string[]) => project.run(['exec', '--kernel', '6.1', '--arch', 'aarch64', '--accel', 'tcg', ...words], { KIT_TEST_CACHE: cache.root });
    const templates = async (): Promise<number> => (await readdir(join(cache.root, 'entries/template')).catch(() => [])).length;
    const counts: number[] = [];
    for (const word of ['a', 'b', 'c']) {
      expect(await exec('--', 'sh', '-c', `echo ${word}; exit 3`)).toMatchObject({ code: 3, stdout: `${word}\n` });
      counts.push(await templates());
    }
    expect(counts).toEqual([0, 1, 1]);
    expect(await exec('--boot', 'cold', '--cpus', '2', '--', 'nproc')).toMatchObject({ code: 0, stdout: '2\n' });
    expect(await templates()).toBe(1);
  });

  it('names the flash of its machine, and keeps none of its empty pages', async () => {
    await using cache = await seedCache();
    await using project = await createProject(one);
    const { folder } = await made(project, cache.root);
    expect(await warmOf(project)).toBe(true);
    expect((await readFile(join(folder, 'state'), 'latin1')).match(/virt\.flash\d/g)).toEqual(['virt.flash0', 'virt.flash1']);
  });

  it('that is damaged is made anew, and costs no cell', async () => {
    await using cache = await seedCache();
    await using project = await createProject(one);
    const { run, folder } = await made(project, cache.root);
    await writeFile(join(folder, 'state'), 'no state');
    expect((await run()).code).toBe(0);
    expect(await warmOf(project)).toBe(true);
  });

  it('that no guest can go on from makes the cell boot cold, and says so', async () => {
    await using cache = await seedCache();
    await using project = await createProject(one);
    const { run, folder } = await made(project, cache.root);
    // Whole as far as its digests tell, but no state that QEMU can read.
    const state = Buffer.from('QEVM is not what this is');
    const path = join(folder, 'template.json');
    await writeFile(join(folder, 'state'), state);
    await writeFile(path, JSON.stringify({ ...(JSON.parse(await readFile(path, 'utf8')) as object), state: createHash('sha256').update(state).digest('hex') }));
    const outcome = await run();
    expect(outcome.code).toBe(0);
    const report = await project.report();
    expect(report.cells[0]?.verdict.kind).toBe('pass');
    expect(isWarm(lastOf(cellOf(report, 'one')))).toBe(false);
    expect(report.notices.join('\n')).toMatch(/one\/6\.1\/aarch64: booted cold, for its template cannot be used/);
    // The broken one is gone.
    await run();
    expect(await warmOf(project)).toBe(true);
  });

  it('that is thrown away while cells wait for their turn costs none of them', async () => {
    await using cache = await seedCache();
    const names = ['a', 'b', 'c', 'd', 'e', 'f'];
    await using project = await createProject(Object.assign({}, ...names.map((name) => scriptCase(name, 'true'))) as Readonly<Record<string, string>>);
    const { folder } = await made(project, cache.root);
    const { ended } = project.start(['run', '--matrix', '--boot', 'warm', '--jobs', '2'], { KIT_TEST_CACHE: cache.root });
    const thrower = setInterval(() => void rm(join(folder, 'state'), { force: true }), 20);
    await ended;
    clearInterval(thrower);
    const report = await project.report();
    expect(report.cells.map(({ case: name, verdict }) => [name, verdict.kind])).toEqual(names.map((name) => [name, 'pass']));
  });

  it('stays for the others where a case has no time for it', async () => {
    await using cache = await seedCache();
    await using project = await createProject({ ...one, ...scriptCase('hasty', 'true', 'timeouts: { boot: 5ms }') });
    const { run, folder } = await made(project, cache.root);
    const { ino } = await stat(join(folder, 'memory'));
    await run();
    expect((await project.report()).cells.map(({ case: name, verdict }) => [name, verdict.kind])).toEqual([['hasty', 'timeout'], ['one', 'pass']]);
    expect((await stat(join(folder, 'memory'))).ino).toBe(ino);
  });

  it('that a killed run was making leaves nothing that the next one does not clean', async () => {
    await using cache = await seedCache();
    await using project = await createProject(one);
    const env = { KIT_TEST_CACHE: cache.root };
    for (let round = 0; round < 5; round += 1) {
      const { child, ended } = project.start(['run', '--matrix', '--boot', 'warm'], env);
      await sleep(600 + 500 * round + 200 * Math.random());
      child.kill('SIGKILL');
      await ended;
    }
    expect((await project.run(['run', '--matrix', '--boot', 'warm'], env)).code).toBe(0);
    expect(await warmOf(project)).toBe(true);
    expect(await filesBelow(cache.root, 'tmp')).toEqual([]);
    expect(await readdir(join(cache.root, 'locks'))).toEqual([]);
  });

  it('is not used where the kernel cannot mount a root file system on a drive', async () => {
    const guests = await openGuests();
    onTestFinished(() => guests.dispose());
    await using project = await createProject({
      ...one,
      'harness.config.ts': "export default { matrix: { kernels: ['bare'], arch: ['aarch64'] }, accel: 'tcg', start: 'warm' };\n",
      'kernels/bare.yaml': 'release: "6.1"\nsource: { type: file, path: { aarch64: bare } }\n',
    });
    await copyFile((await guests.kernel(guests.arch('aarch64'), '6.1')).image, join(project.folder, 'kernels/bare'));
    await project.run(['run', '--matrix']);
    const report = await project.report();
    expect(report.cells[0]?.verdict.kind).toBe('pass');
    expect(isWarm(lastOf(cellOf(report, 'one')))).toBe(false);
    expect(report.notices.join('\n')).toMatch(/bare on aarch64 starts cold: .*virtio_blk/);
  });
});
