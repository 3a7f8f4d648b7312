import { describe, expect, it } from 'vitest';
import { goodFiles, issuesIn, issuesOf, load, projectFolder, shown } from './project-folder.ts';

const withCase = (yaml: string) => ({ ...goodFiles, 'cases/s/case.yaml': `summary: s\n${yaml}\n`, 'cases/s/test.sh': 'true\n' });

describe('a case with a script', () => {
  it('passes by its exit status, beside what it expects of its output', async () => {
    const expectOf = async (yaml: string) => (await load(await projectFolder(withCase(`script: ./test.sh\n${yaml}`)))).cases.find(({ name }) => name === 's')?.expect;
    expect(await expectOf('')).toEqual([{ ordered: false, protocol: 'none', exit: 0 }]);
    expect(await expectOf('expect: { exit: 3 }')).toMatchObject([{ protocol: 'none', exit: 3 }]);
    expect(await expectOf('expect: { fail: FAILED }')).toMatchObject([{ protocol: 'none', exit: 0, fail: 'FAILED' }]);
    expect(await expectOf('expect: [{ pass: a }, { exit: 1 }]')).toEqual([expect.not.objectContaining({ exit: 0 }), expect.objectContaining({ exit: 1 })]);
    expect(await expectOf('expect: { results: 2 }')).toMatchObject([{ protocol: 'ktap', exit: 0 }]);
  });

  it('is read in both forms, and has no image', async () => {
    const [first, second] = await Promise.all(['script: ./test.sh', 'script: { file: ./test.sh, root: .., repeat: 3 }'].map(async (yaml) => (await load(await projectFolder(withCase(yaml)))).cases.find(({ name }) => name === 's')));
    expect([first?.script, second?.script]).toEqual([{ file: './test.sh', repeat: 1 }, { file: './test.sh', root: '..', repeat: 3 }]);
    expect(first).not.toHaveProperty('image');
  });

  it.each<[string, string, string]>([
    ['an image', 'script: ./test.sh\nimage: image.yml', 'cases/s/case.yaml:3:1 image a case with "script" has no "image": it runs on this machine, not in a guest'],
    ['a command', 'script: ./test.sh\nrun: { command: ["true"] }', 'cases/s/case.yaml:3:1 run a case with "script" has no "run": it runs on this machine, not in a guest'],
    ['drives', 'script: ./test.sh\ndrives: []', 'cases/s/case.yaml:3:1 drives a case with "script" has no "drives": it runs on this machine, not in a guest'],
    ['a port of results', 'script: ./test.sh\nresults: port', 'cases/s/case.yaml:3:1 results a case with "script" has no "results": it runs on this machine, not in a guest'],
    ['a kernel that it needs', 'script: ./test.sh\nneeds: { kernel: ">=6" }', 'cases/s/case.yaml:3:10 needs.kernel a case with "script" has no "needs.kernel": it runs on this machine, not in a guest'],
    ['a dialog', 'script: ./test.sh\nexpect: [{ pass: a }, { dialog: [{ wait: a }] }]', 'cases/s/case.yaml:3:25 expect[1].dialog a case with "script" has no "expect.dialog": it runs on this machine, not in a guest'],
    ['no such file', 'script: ./tset.sh', 'cases/s/case.yaml:2:9 script there is no file "./tset.sh"'],
    ['a folder', 'script: { file: . }', 'cases/s/case.yaml:2:17 script.file "." is no file'],
    ['nothing to run after it', 'script: { file: ./test.sh, after: ./post.sh }', 'cases/s/case.yaml:2:35 script.after there is no file "./post.sh"'],
    ['a group that is not there', 'script: ./test.sh\ngroup: [./test.sh, ./group.sh]', 'cases/s/case.yaml:3:20 group[1] there is no file "./group.sh"'],
    ['no number of runs', 'script: { file: ./test.sh, repeat: 0 }', 'cases/s/case.yaml:2:36 script.repeat'],
  ])('has no %s', async (_name, yaml, message) => {
    expect(shown(await issuesOf(withCase(yaml)))).toEqual([expect.stringContaining(message)]);
  });

  it('needs no kernel, while a case beside it that boots does', async () => {
    const files = { 'harness.config.ts': 'export default {};\n', 'cases/s/case.yaml': 'summary: s\nscript: ./test.sh\n', 'cases/s/test.sh': 'true\n' };
    expect((await load(await projectFolder(files))).kernels).toEqual([]);
    expect(shown(await issuesIn(await projectFolder({ ...files, 'cases/t/case.yaml': 'summary: t\nrun: { command: ["true"] }\n' })))).toEqual([expect.stringContaining('kernels')]);
  });
});
