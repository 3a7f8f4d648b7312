// Which cells a command line selects, as `list` and `run --dry-run` tell it: nothing boots here.
import { arch as hostArch } from 'node:os';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createProject, scriptCase, type Outcome, type Project } from './project.ts';

let project: Project;
beforeAll(async () => {
  project = await createProject({
    'harness.config.ts': `import { defineConfig } from 'kit-test';
export default defineConfig({
  matrix: {
    kernels: ['6.*'],
    arch: ['x86_64', 'arm64'],
    include: [{ case: 'net-a', kernel: '5.10', arch: 'x86_64' }],
    exclude: [{ label: 'slow', arch: 'aarch64' }],
  },
  accel: 'tcg',
});
`,
    ...scriptCase('boot', 'true', 'labels: [smoke]'),
    ...scriptCase('net-a', 'true', 'labels: [net]\nneeds: { kernel: ">=6.6" }'),
    ...scriptCase('net-b', 'true', 'labels: [net, slow]'),
  });
});
afterAll(async () => {
  await project[Symbol.asyncDispose]();
});

const list = (...words: readonly string[]): Promise<Outcome> => project.run(['list', '--json', ...words]);
const idsOf = ({ stdout }: Outcome): readonly string[] => (JSON.parse(stdout) as readonly { readonly id: string }[]).map(({ id }) => id);
const rest = (id: string): string => id.slice(id.indexOf('/') + 1);

describe('kit-test list', () => {
  it('prints every cell in the order of the matrix, with include and exclude rules and the reasons of skips', async () => {
    const outcome = await list();
    expect(outcome).toMatchObject({ code: 0, stderr: '' });
    expect(idsOf(outcome)).toEqual([
      ...['6.1', '6.12'].flatMap((kernel) => [`boot/${kernel}/x86_64`, `boot/${kernel}/aarch64`]),
      'net-a/5.10/x86_64', ...['6.1', '6.12'].flatMap((kernel) => [`net-a/${kernel}/x86_64`, `net-a/${kernel}/aarch64`]),
      'net-b/6.1/x86_64', 'net-b/6.12/x86_64',
    ]);
    expect((JSON.parse(outcome.stdout) as readonly object[])[4]).toEqual({ id: 'net-a/5.10/x86_64', case: 'net-a', kernel: '5.10', arch: 'x86_64', labels: ['net'], skip: 'needs kernel >=6.6, this is 5.10' });
    expect((await project.run(['list'])).stdout).toMatch(/net-a\/5\.10\/x86_64 +skip needs kernel >=6\.6.*\n(.*\n)*11 cells, 3 skipped\n$/);
  });

  it.each<[string, readonly string[], readonly string[]]>([
    ['a name', ['--case', 'boot', '--kernel', '6.1', '--arch', 'x86_64'], ['boot/6.1/x86_64']],
    ['globs', ['--case', 'net-*', '--kernel', '6.1*', '--arch', 'aarch*'], ['net-a/6.1/aarch64', 'net-a/6.12/aarch64']],
    ['arguments', ['boot', 'net-b', '--kernel', '6.12', '--arch', 'x86_64'], ['boot/6.12/x86_64', 'net-b/6.12/x86_64']],
    ['negation', ['--case', '!net-*', '--kernel', '!6.12', '--arch', '!arm64'], ['boot/6.1/x86_64']],
    ['one and not another', ['--label', 'net', '--label', '!slow', '--arch', 'amd64', '--kernel', '6.*'], ['net-a/6.1/x86_64', 'net-a/6.12/x86_64']],
    ['a list with commas', ['--case', 'boot,net-b', '--kernel', '6.1', '--arch', 'amd64'], ['boot/6.1/x86_64', 'net-b/6.1/x86_64']],
    ['what an include rule added', ['--kernel', '5.10'], ['net-a/5.10/x86_64']],
  ])('selects by %s', async (_, words, expected) => {
    expect(idsOf(await list(...words))).toEqual(expected);
  });

  it.each([['arm64', 'aarch64'], ['amd64', 'x86_64'], ['aarch64', 'aarch64'], ['x86-64', 'x86_64']])('knows the architecture %s as %s', async (name, canonical) => {
    expect(new Set(idsOf(await list('--arch', name)).map((id) => id.split('/')[2]))).toEqual(new Set([canonical]));
  });

  it.each<[string, readonly string[], RegExp]>([
    ['a case', ['--case', 'boto'], /--case "boto" matches no case.*\n.*did you mean "boot"\? cases: boot, net-a, net-b/],
    ['a kernel', ['--kernel', '6.21'], /did you mean "6\.1"\? kernels: 6\.1, 6\.12, 5\.10/],
    ['an architecture', ['--arch', 'armhf'], /--arch "armhf" matches no arch.*\n.*architectures: x86_64, aarch64/],
    ['a label', ['--label', 'smokey'], /did you mean "smoke"\?/],
    ['several together', ['--case', 'boot', '--kernel', '5.10'], /no cell of the matrix matches --case "boot" --kernel "5\.10"/],
  ])('ends with 2 and a suggestion when %s selects nothing', async (_, words, message) => {
    for (const command of [['list'], ['run', '--matrix'], ['run']]) {
      const { code, stdout, stderr } = await project.run([...command, ...words]);
      expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
      expect(stderr).toMatch(message);
      expect(stderr).not.toContain('    at ');
    }
  });
});

describe('kit-test run --dry-run', () => {
  interface Plan {
    readonly cells: readonly { readonly id: string; readonly skip?: string; readonly qemu?: string; readonly kernel?: string }[];
  }
  const plan = async (...words: readonly string[]): Promise<Plan['cells']> => {
    const { stdout, stderr, code } = await project.run(['run', '--dry-run', '--json', ...words]);
    expect({ stderr, code }).toEqual({ stderr: '', code: 0 });
    return (JSON.parse(stdout) as Plan).cells;
  };

  it('takes the newest stable kernel and the architecture of this machine without --matrix', async () => {
    const native = hostArch() === 'arm64' ? 'aarch64' : 'x86_64';
    expect((await plan('boot')).map(({ id }) => id)).toEqual([`boot/6.12/${native}`]);
    expect((await plan('boot', '--kernel', '6.1')).map(({ id }) => id)).toEqual([`boot/6.1/${native}`]);
    expect((await plan('boot', '--arch', 'arm64,amd64')).map(({ id }) => rest(id))).toEqual(['6.12/x86_64', '6.12/aarch64']);
  });

  it('takes what there is where the matrix has neither', async () => {
    await using narrow = await createProject(scriptCase('only', 'true'));
    const { stdout, code } = await narrow.run(['run', '--dry-run', '--json']);
    expect((JSON.parse(stdout) as Plan).cells.map(({ id }) => id)).toEqual(['only/6.1/aarch64']);
    expect(code).toBe(0);
  });

  it('says of every cell how it would boot, or why it would not, and boots nothing', async () => {
    const cells = await plan('--matrix', '--case', 'net-a', '--arch', 'amd64', '--kernel', '6.1,5.10');
    expect(cells).toEqual([
      { id: 'net-a/5.10/x86_64', skip: 'needs kernel >=6.6, this is 5.10' },
      { id: 'net-a/6.1/x86_64', skip: 'needs kernel >=6.6, this is 6.1' },
    ]);
    const [boot] = await plan('boot', '--kernel', '6.1', '--arch', 'arm64');
    expect(boot?.qemu).toMatch(/^qemu-system-aarch64 .*-kernel \S+ .*-initrd \S+/);
    expect(boot?.kernel).toMatch(/linux-image-6\.1\.\S+-cloud-arm64/);
    await expect(project.events()).resolves.toEqual([]);
    expect((await project.run(['run', '--dry-run', 'boot', '--kernel', '6.1', '--arch', 'arm64'])).stdout).toContain(boot?.qemu);
  });
});
