// Files that guests give home: after a pass, a failure and a retry, bounded, and from guests that write none.
import { existsSync } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Attempt, RunReport } from '../../src/model/report.ts';
import { cellOf, createProject, oneCell, scriptCase, type Project } from './project.ts';

const limited = 'artifacts: { paths: ["/out/*"], limit: 64K }';
const files = {
  // Limits are stretched: ten thousand files take a busy machine's guest a minute.
  'harness.config.ts': oneCell.replace('tcgScale: 1', 'tcgScale: 3'),
  ...scriptCase('passes', 'mkdir -p /out/sub /out/empty; echo log >/out/sub/a.log; echo top >/out/top; ln -s /etc/passwd /out/link; chmod 600 /out/top', 'artifacts: ["/out/sub", "/out/t*", "/out/empty", /out/link, /none]'),
  ...scriptCase('fails', 'mkdir /out; echo why >/out/why; exit 3', `${limited}\nretries: 1`),
  ...scriptCase('too-much', 'mkdir /out; echo small >/out/a; head -c 100000 /dev/zero >/out/b; head -c 3000000 /dev/zero >/out/c', limited),
  ...scriptCase('sparse-first', 'mkdir /out; cd /out; truncate -s 10G core; echo 1 >"bl ank"; echo 2 >"new\nline"; ln "bl ank" same; ln -s / root', 'artifacts: [/out, "/out/b*", "/out/../out/s*"]'),
  ...scriptCase('many', 'mkdir /run/out; cd /run/out; seq 1 10100 | awk \'{print > ("f" $1); close("f" $1)}\'; echo end >z', 'artifacts: ["/run/out/z", "/run/out/*"]'),
  ...scriptCase('writes-none', 'true', limited),
  ...scriptCase('hangs', 'mkdir /out; echo x >/out/a; sleep 1000', `${limited}\ntimeouts: { total: 5s }`),
  ...scriptCase('hostile', 'dd if=/dev/urandom of=/dev/$(cd /sys/block; grep -lx artifacts */serial | cut -d/ -f1) bs=64k count=1 2>/dev/null; echo o >/proc/sysrq-trigger; sleep 9', limited),
};

let project: Project;
let report: RunReport;
const folder = (): string => join(project.folder, '.kit-test/runs/latest');
beforeAll(async () => {
  project = await createProject(files);
  await project.run(['run', '--matrix', '--jobs', '1']);
  report = await project.report();
});
afterAll(() => project[Symbol.asyncDispose]());

const noticesOf = (name: string): readonly string[] => report.notices.filter((notice) => notice.startsWith(`${name}/`));
const attempt = (name: string, index = 0): Attempt => cellOf(report, name).attempts[index] ?? expect.fail(`no attempt ${index} of ${name}`);

describe('artifacts', () => {
  it('come home with their paths, as plain files', async () => {
    const { verdict, artifacts } = attempt('passes');
    expect(verdict).toEqual({ kind: 'pass' });
    expect(artifacts).toEqual({ folder: 'cells/passes+6.1+aarch64/artifacts', files: [{ path: 'out/sub/a.log', bytes: 4 }, { path: 'out/top', bytes: 4 }] });
    expect(await readFile(join(folder(), artifacts?.folder ?? '', 'out/sub/a.log'), 'utf8')).toBe('log\n');
    expect((await stat(join(folder(), artifacts?.folder ?? '', 'out/empty'))).isDirectory()).toBe(true);
    expect(existsSync(join(folder(), artifacts?.folder ?? '', 'out/link'))).toBe(false);
    expect(noticesOf('passes')).toEqual([expect.stringMatching(/left out .*out\/link$/)]);
  });

  it('come home after each attempt that failed, apart', async () => {
    for (const [index, name] of [[0, 'artifacts'], [1, 'artifacts.2']] as const) {
      const { verdict, artifacts } = attempt('fails', index);
      expect(verdict.kind).toBe('fail');
      expect(artifacts).toEqual({ folder: `cells/fails+6.1+aarch64/${name}`, files: [{ path: 'out/why', bytes: 4 }] });
      expect(await readFile(join(folder(), artifacts?.folder ?? '', 'out/why'), 'utf8')).toBe('why\n');
    }
  });

  it('are shown where a failure is read', async () => {
    expect(await project.read('.kit-test/runs/latest/junit.xml')).toMatch(/artifact: cells\/fails\+6\.1\+aarch64\/artifacts\.2\/out\/why \(4\)/);
    expect((await project.run(['run', 'fails', '--kernel', '6.1', '--reporter', 'terminal', '--retries', '0'])).stdout).toMatch(/files {2}.*\/cells\/fails\+6\.1\+aarch64\/artifacts.* 1 file$/m);
  });

  it('are bounded: what is whole and within the limit comes', () => {
    const { verdict, artifacts } = attempt('too-much');
    expect(verdict).toEqual({ kind: 'pass' });
    expect(artifacts?.files).toEqual([{ path: 'out/a', bytes: 6 }]);
    expect(noticesOf('too-much').join('\n')).toMatch(/not whole/);
    expect(noticesOf('too-much').join('\n')).toMatch(/out\/b \(97\.7K, over the limit\)/);
  });

  it('come although something far too big, or with a strange name, lies before them', () => {
    expect(attempt('sparse-first').artifacts?.files).toEqual([{ path: 'out/bl ank', bytes: 2 }, { path: 'out/same', bytes: 2 }]);
    expect(noticesOf('sparse-first')).toEqual([expect.stringMatching(/cut off in out\/core\)$/), expect.stringMatching(/left out .*out\/root/)]);
  });

  it('may take longer than a guest otherwise has once its verdict is certain, and come up to a number', () => {
    expect(attempt('many').verdict).toEqual({ kind: 'pass' });
    expect(attempt('many').artifacts?.files).toHaveLength(10_000);
    expect(attempt('many').artifacts?.files).toContainEqual({ path: 'run/out/z', bytes: 4 });
    expect(noticesOf('many')).toEqual([expect.stringMatching(/more than 10000 entries/)]);
  });

  it.each(['writes-none', 'hangs'])('that never came are a notice and nothing else: %s', (name) => {
    expect(attempt(name).artifacts).toBeUndefined();
    expect(attempt(name).verdict.kind).toBe(name === 'hangs' ? 'timeout' : 'pass');
    expect(noticesOf(name)).toEqual([expect.stringMatching(/: no artifacts came from the guest$/)]);
  });

  it('of a guest that writes garbage on the drive are none', () => {
    expect(attempt('hostile').artifacts).toBeUndefined();
    expect(noticesOf('hostile')).toEqual([expect.stringMatching(/no artifacts came from the guest$/)]);
  });

  it('leave no drive behind', () => {
    for (const { id } of report.cells) expect(existsSync(join(folder(), 'cells', id.replaceAll('/', '+'), 'artifacts.img'))).toBe(false);
  });
});
