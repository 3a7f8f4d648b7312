import { execFileSync } from 'node:child_process';
import { chmod, mkdir, readdir, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { UsageError } from '../../../src/model/errors.ts';
import { goodFiles, issuesIn, issuesOf, load, projectFolder, shown } from './project-folder.ts';

describe('loadProject', () => {
  it('reads a project with every default filled in and architectures by their canonical names', async () => {
    const folder = await projectFolder({ ...goodFiles, 'harness.config.ts': `import { defineConfig } from 'kit-test';\nexport default defineConfig({ matrix: { arch: ['arm64', 'amd64'] }, retries: 1 });\n` });
    const project = await load(folder);
    expect(project).toMatchObject({ root: folder, configFile: join(folder, 'harness.config.ts'), harness: { retries: 1, matrix: { arch: ['aarch64', 'x86_64'] }, output: '.kit-test' } });
    expect(project.cases).toMatchObject([
      { name: 'boot', dir: join(folder, 'cases/boot'), image: 'image.yml', expect: [{ protocol: 'ktap' }] },
      { name: 'true', run: { command: ['true'] }, expect: [{ protocol: 'ktap' }] },
    ]);
    expect(project.cases[1]).not.toHaveProperty('image');
    expect(project.kernels).toMatchObject([
      { name: '6.1', arch: ['x86_64', 'aarch64'], source: { package: { x86_64: 'linux-image-cloud-amd64', aarch64: 'linux-image-cloud-arm64' } } },
      { name: '6.12', arch: ['x86_64', 'aarch64', 'arm'], file: join(folder, 'kernels/6.12.yaml'), source: { package: 'linux-image' } },
    ]);
  });

  it('knows the line of each case that says what runs, whatever stands before it', async () => {
    const { cases } = await load(await projectFolder({ ...goodFiles, 'cases/true/case.yaml': '# a comment\nsummary: >\n  run: is no key\nlabels: [a]\n\nrun:\n  command: ["true"]\n' }));
    expect(cases.map(({ source }) => source)).toEqual([{ file: 'cases/boot/case.yaml', line: 1 }, { file: 'cases/true/case.yaml', line: 6 }]);
  });

  it('finds the configuration in a folder above', async () => {
    const folder = await projectFolder(goodFiles);
    expect((await load(join(folder, 'cases/boot'))).root).toBe(folder);
  });

  it.each<[string, string]>([
    ['harness.config.mts', 'const x: number = 2;\nexport default { retries: x };\n'],
    ['harness.config.js', 'export default { retries: 2 };\n'],
    ['harness.config.mjs', `import { defineConfig } from 'kit-test';\nexport default defineConfig({ retries: 1 + 1 });\n`],
  ])('loads %s', async (name, text) => {
    const folder = await projectFolder({ ...goodFiles, 'harness.config.ts': '', [name]: text });
    expect((await load(folder, { config: name })).harness.retries).toBe(2);
  });

  it('loads a configuration that imports other files of the project', async () => {
    const folder = await projectFolder({ ...goodFiles, 'harness.config.ts': `import { retries } from './shared.ts';\nexport default { retries };\n`, 'shared.ts': 'export const retries: number = 3;\n' });
    expect((await load(folder)).harness.retries).toBe(3);
  });

  it('keeps the compiled configuration, and sees a change at once', async () => {
    const folder = await projectFolder({ ...goodFiles, 'a.ts': 'export default { retries: 1 as number };', 'cache/.keep': '' });
    const options = { config: 'a.ts', compiledFolder: join(folder, 'cache') };
    expect((await load(folder, options)).harness.retries).toBe(1);
    expect(await readdir(join(folder, 'cache'))).toHaveLength(2);
    expect((await load(folder, options)).harness.retries).toBe(1);
    await import('node:fs/promises').then((fs) => fs.writeFile(join(folder, 'a.ts'), 'export default { retries: 2 as number };'));
    expect((await load(folder, options)).harness.retries).toBe(2);
  });

  it('loads where the folder of compiled configurations cannot be made', async () => {
    const folder = await projectFolder({ ...goodFiles, blocked: '' });
    expect((await load(folder, { compiledFolder: join(folder, 'blocked/cache') })).cases).toHaveLength(2);
  });

  it('says that there is no configuration, or does without when told to', async () => {
    const folder = await projectFolder({ 'kernels/6.1.yaml': goodFiles['kernels/6.1.yaml'] ?? '' });
    await expect(load(folder)).rejects.toMatchObject({ code: 'CONFIG_NOT_FOUND' });
    await expect(load(folder, { config: 'nope.ts' })).rejects.toThrow('there is no configuration nope.ts');
    const project = await load(folder, { requireConfig: false });
    expect(project).toMatchObject({ root: folder, cases: [], kernels: [{ name: '6.1' }], harness: { retries: 0 } });
    expect(project).not.toHaveProperty('configFile');
  });

  it('refuses two configurations in one folder', async () => {
    const folder = await projectFolder({ ...goodFiles, 'harness.config.js': 'export default {};' });
    await expect(load(folder)).rejects.toThrow(UsageError);
    await expect(load(folder)).rejects.toThrow('has several configurations: harness.config.ts, harness.config.js');
  });

  it.each<[string, string, string]>([
    ['a syntax error', 'export default {\n  matrix: { kernels: ["6.1" },\n};\n', 'harness.config.ts:2:29 syntax error: Unexpected token, expected ","'],
    ['an unknown variable', 'export default {\n  retries: retires,\n};\n', 'harness.config.ts:2:12 the configuration throws ReferenceError: retires is not defined'],
    ['an error it throws', 'const fail = (): never => {\n  throw new TypeError("no");\n};\nexport default fail();\n', 'harness.config.ts:2:9 the configuration throws TypeError: no'],
    ['a module that is not there', `import { x } from './nope.ts';\nexport default { retries: x };\n`, 'harness.config.ts:1:19 cannot find the module "./nope.ts"'],
    ['a package that is not there', `import x from 'no-such-package';\nexport default { retries: x };\n`, 'harness.config.ts:1:15 cannot find the module "no-such-package"'],
    ['no default export', 'export const retries = 1;\n', 'harness.config.ts the configuration has no default export'],
    ['a thrown value', 'throw "no";\n', 'harness.config.ts the configuration throws a value: no'],
    ['an empty file', '', 'harness.config.ts the configuration has no default export'],
    ['a function', 'export default () => ({});\n', 'harness.config.ts expected a mapping, got a function'],
    ['a list', 'export default [];\n', 'harness.config.ts:1:16 expected a mapping, got an empty list'],
  ])('reports %s in the configuration', async (_title, text, expected) => {
    expect(shown(await issuesOf({ 'harness.config.ts': text }))).toEqual([expected]);
  });

  it('reports an error in a file that the configuration imports at that file', async () => {
    const issues = await issuesOf({ 'harness.config.ts': `import { x } from './shared.ts';\nexport default { retries: x };\n`, 'shared.ts': 'export const a = 1;\nexport const x = = 2;\n' });
    expect(shown(issues)).toEqual(['shared.ts:2:18 syntax error: Unexpected token']);
    expect(issues[0]?.frame).toContain('> 2 | export const x = = 2;');
  });

  it('reports an import that leads nowhere at the file that has it', async () => {
    const issues = await issuesOf({ 'harness.config.ts': `import { x } from './shared.ts';\nexport default { retries: x };\n`, 'shared.ts': `\nimport { y } from './gone.ts';\nexport const x = y;\n` });
    expect(shown(issues)).toEqual(['shared.ts:2:19 cannot find the module "./gone.ts"']);
  });

  it('reports a configuration that is binary garbage', async () => {
    expect(shown(await issuesOf({ 'harness.config.ts': Uint8Array.from([0x7f, 0x45, 0x4c, 0x46, 0xff, 0xfe, 0x00]) }))).toEqual(['harness.config.ts the file is not text: expected UTF-8']);
  });

  it('reports every mistake of the values with its place in the source', async () => {
    const issues = await issuesOf({
      'harness.config.ts': [
        `import { defineConfig } from 'kit-test';`,
        'const retries = 11;',
        'export default defineConfig({',
        '  // matrix: wrong',
        '  matrix: {',
        `    kernel: ['6.1'],`,
        `    arch: ['x86_64', "sparc"],`,
        `    exclude: [{ case: 'boot' }, {}, { kernels: '6.*' }],`,
        '  },',
        '  retries,',
        `  timeouts: { total: '2 minutes' },`,
        `  "accel": 'xen' as never,`,
        '});',
      ].join('\n'),
    });
    expect(shown(issues)).toEqual([
      'harness.config.ts:6:5 matrix.kernel unknown key "kernel"',
      'harness.config.ts:8:33 matrix.exclude[1] expected at least one of case, kernel, arch, label',
      'harness.config.ts:8:39 matrix.exclude[2].kernels unknown key "kernels"',
      'harness.config.ts:10:3 retries expected a whole number of at most 10, got 11',
      'harness.config.ts:11:22 timeouts.total expected a duration such as 500ms, 90s, 2m or 1h, got "2 minutes"',
      'harness.config.ts:12:12 accel expected one of auto, kvm, hvf, tcg, got "xen"',
    ]);
  });

  it('reports the mistakes of all files at once', async () => {
    const issues = await issuesOf({
      'harness.config.ts': 'export default { retrys: 1 };\n',
      'kernels/6.1.yaml': 'release: "6.1"\nsource: { type: ap }\n',
      'kernels/6.12.yaml': 'a:\n\tb: 1\n',
      'cases/boot/case.yaml': 'sumary: x\n',
      'cases/boot/image.yml': undefined,
      'cases/true/case.yaml': undefined,
      'cases/true/run.sh': 'true\n',
    });
    expect(shown(issues)).toEqual([
      'harness.config.ts:1:18 retrys unknown key "retrys"',
      'kernels/6.1.yaml:2:17 source.type expected one of apt, file, url, oci, got "ap"',
      'kernels/6.12.yaml:2:1 tabs are not allowed for indentation in YAML',
      'cases/boot/case.yaml:1:1 summary missing key "summary": expected a string',
      'cases/boot/case.yaml:1:1 sumary unknown key "sumary"',
      'cases/boot/case.yaml:1:1 the image cases/boot/image.yml: this file or folder does not exist',
      'cases/true this case has no case.yaml',
    ]);
  });

  it('lets the image stage check every image', async () => {
    const issues = await issuesOf({ 'cases/boot/case.yaml': 'summary: x\nimage: ../shared.yml\nfoo: 1\n', 'cases/shared.yml': 'init: 3\n' }, { imageChecker: (text, file) => [{ file, line: 1, message: `bad: ${text.trim()}` }] });
    expect(shown(issues)).toEqual(['cases/boot/case.yaml:3:1 foo unknown key "foo"', 'cases/shared.yml:1 bad: init: 3']);
  });

  it('works beside broken cases when only kernels are asked for', async () => {
    const folder = await projectFolder({ ...goodFiles, 'harness.config.ts': `export default { matrix: { exclude: [{ case: 'boot' }] } };`, 'cases/boot/case.yaml': ':' });
    expect(await load(folder, { withCases: false })).toMatchObject({ cases: [], kernels: [{ name: '6.1' }, { name: '6.12' }], harness: { matrix: { exclude: [{ case: 'boot' }] } } });
  });

  it('reports folders and files that cannot be read', async () => {
    const folder = await projectFolder({ ...goodFiles, 'harness.config.ts': `export default { kernels: 'linux' };` });
    await mkdir(join(folder, 'linux/dir.yaml'), { recursive: true });
    await symlink('loop.yaml', join(folder, 'linux/loop.yaml'));
    execFileSync('mkfifo', [join(folder, 'linux/fifo.yaml')]);
    await symlink('nowhere', join(folder, 'cases/gone'));
    expect(shown(await issuesIn(folder))).toEqual([
      'linux/dir.yaml this is not a file',
      'linux/fifo.yaml this is not a file',
      'linux/loop.yaml cannot be read: symbolic links lead in a circle',
      'cases/gone this file or folder does not exist',
    ]);
  });

  it.skipIf(process.getuid?.() === 0)('reports a file without permission', async () => {
    const folder = await projectFolder(goodFiles);
    await chmod(join(folder, 'kernels/6.1.yaml'), 0);
    expect(shown(await issuesIn(folder))).toEqual(['kernels/6.1.yaml cannot be read: permission denied']);
  });

  it('reports missing and empty folders', async () => {
    const folder = await projectFolder({ 'harness.config.ts': 'export default {};', 'kernels/README.md': '' });
    expect(shown(await issuesIn(folder))).toEqual(['kernels there is no kernel in this folder', 'cases this file or folder does not exist']);
  });
});
