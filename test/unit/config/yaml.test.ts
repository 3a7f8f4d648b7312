import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { readYaml } from '../../../src/config/yaml.ts';
import { CaseFileSchema } from '../../../src/model/case.ts';
import { KernelFileSchema } from '../../../src/model/kernel.ts';
import { shown } from './project-folder.ts';

const caseIssues = (text: string) => readYaml(text, 'case.yaml', CaseFileSchema).issues;
const kernelIssues = (text: string) => readYaml(text, 'kernel.yaml', KernelFileSchema).issues;

describe('readYaml', () => {
  it('reads a good file with every default filled in', () => {
    const { value, issues } = readYaml('summary: x\ntimeouts: { total: 90s }\nmemory: 1G\n', 'case.yaml', CaseFileSchema);
    expect(issues).toEqual([]);
    expect(value).toMatchObject({ summary: 'x', timeouts: { total: 90_000 }, memory: 1024 ** 3, cpus: 1, needs: { config: [] } });
  });

  it('reports all mistakes at once, in the order of the file', () => {
    expect(shown(caseIssues('summary: 3\ntimeout: 60s\nexpect: { protocol: ktab }\ntimeouts: { total: 60 }\nmemory: lots\ncpus: 100\nmodules: loop\n'))).toEqual([
      'case.yaml:1:10 summary expected a string, got 3',
      'case.yaml:2:1 timeout unknown key "timeout"',
      'case.yaml:3:21 expect.protocol expected one of ktap, tap, ltp, gotest, pytest, none, got "ktab"',
      'case.yaml:4:20 timeouts.total expected a duration such as 500ms, 90s, 2m or 1h, got 60',
      'case.yaml:5:9 memory expected a size such as 512M or 2G, got "lots"',
      'case.yaml:6:7 cpus expected a whole number of at most 64, got 100',
      'case.yaml:7:10 modules expected a list of strings, got "loop"',
    ]);
  });

  it('shows the lines around a mistake with a caret under it, and what was meant', () => {
    const [issue] = caseIssues('summary: x\ntimeout: 60s\nlabels: []\n');
    expect(issue?.hint).toMatch(/^did you mean "timeouts"\? valid keys: summary, labels, image/);
    expect(issue?.frame).toBe(['  1 | summary: x', '> 2 | timeout: 60s', '    | ^^^^^^^', '  3 | labels: []'].join('\n'));
  });

  it.each<[string, string, string]>([
    ['a missing key at its mapping', 'release: "6.12"\nsource: { suite: sid }\n', 'kernel.yaml:2:9 source.type missing key "type": expected one of apt, file, url, oci'],
    ['an unknown discriminator with the choices', 'release: "6.12"\nsource: { type: abt }\n', 'kernel.yaml:2:17 source.type expected one of apt, file, url, oci, got "abt"'],
    ['an empty value at its key', 'release: "6.12"\nsource:\n', 'kernel.yaml:2:1 source expected a mapping, got nothing'],
    ['a union by what it may be', 'release: "6.12"\nsource: { type: apt, suite: sid, package: 3 }\n', 'kernel.yaml:2:43 source.package expected a string or a mapping, got 3'],
    ['a number where a version needs quotes', 'release: 6.12\nsource: { type: apt, suite: sid, package: a }\n', 'kernel.yaml:1:10 release expected a kernel version in quotes, such as "6.12", "6.12.9" or "7.x", got 6.12'],
  ])('reports %s', (_title, text, expected) => {
    expect(shown(kernelIssues(text))).toEqual([expected]);
  });

  it('hints at quotes where YAML read a number or boolean instead of text', () => {
    expect(caseIssues('summary: 3\n')[0]?.hint).toBe('put the value in quotes');
    expect(caseIssues('summary: x\ntimeouts: { total: 60 }\n')[0]).not.toHaveProperty('hint');
    expect(caseIssues('summary: [3]\n')[0]).not.toHaveProperty('hint');
  });

  it('explains the branch of a union that was meant', () => {
    const text = 'release: "6.12"\nsource:\n  type: url\n  kernel:\n    x86_64: { url: "ftp://a", sha256: 12 }\n    arm: { url: "https://a", sha: 12 }\n';
    expect(shown(kernelIssues(text))).toEqual([
      'kernel.yaml:5:20 source.kernel.x86_64.url expected an http or https URL, got "ftp://a"',
      'kernel.yaml:5:39 source.kernel.x86_64.sha256 expected 64 lower-case hexadecimal digits, got 12',
      'kernel.yaml:6:10 source.kernel.arm.sha256 missing key "sha256": expected 64 lower-case hexadecimal digits',
      'kernel.yaml:6:30 source.kernel.arm.sha unknown key "sha"',
    ]);
    expect(shown(caseIssues('summary: x\nexpect:\n  - passs: x\n  - 3\n'))).toEqual([
      'case.yaml:3:5 expect[0].passs unknown key "passs"',
      'case.yaml:4:5 expect[1] expected a mapping, got 3',
    ]);
  });

  it('reports an invalid regular expression', () => {
    expect(shown(caseIssues('summary: x\nexpect: { pass: [ok, "/(/"] }\n'))[0]).toMatch(/^case\.yaml:2:22 expect\.pass\[1\] expected a regular expression between the slashes/);
  });

  it.each<[string, string, string]>([
    ['a tab as indentation', 'summary: x\nrun:\n\tcommand: [a]\n', 'case.yaml:3:1 tabs are not allowed for indentation in YAML'],
    ['a tab after spaces', 'run:\n  \tcommand: [a]\n  copy: []\n', 'case.yaml:2:3 tabs are not allowed for indentation in YAML'],
    ['a tab within braces', 'run: {\n\tcommand: [a]\n}\n', 'case.yaml:2:1 tabs are not allowed for indentation in YAML'],
    ['bad indentation', 'run:\n    command: [a]\n  copy: []\n', 'case.yaml:3:1 bad indentation: all mapping items must start at the same column'],
    ['a mapping inside a value', 'summary: a\n  b: c\n', 'case.yaml:1:10 a mapping cannot begin inside this value'],
    ['a key given twice', 'summary: x\ncpus: 1\nsummary: y\n', 'case.yaml:3:1 the key "summary" is given twice, first in line 1'],
    ['an alias without anchor', 'summary: *x\n', 'case.yaml:1:10 no anchor "x" stands before this alias'],
    ['an alias inside its anchor', 'summary: &x [*x]\n', 'case.yaml:1:14 the alias "x" stands inside its own anchor'],
    ['an unknown tag', 'summary: !secret x\n', 'case.yaml:1:10 unresolved tag: !secret'],
    ['a mapping as key', '? [a, b]\n: 1\n', 'case.yaml:1:3 expected a name as key'],
    ['a second document', 'summary: x\n---\nsummary: y\n', 'case.yaml:2:1 a second document begins here: expected one document'],
    ['an empty file', '', 'case.yaml:1:1 the file is empty: expected a mapping'],
    ['a file of comments', '# nothing\n', 'case.yaml:1:1 the file is empty: expected a mapping'],
    ['a scalar document', 'hello', 'case.yaml:1:1 expected a mapping, got "hello"'],
    ['a list document', '- a\n', 'case.yaml:1:1 expected a mapping, got a list'],
    ['bytes that are no text', 'a: \0\x01\ufffd', 'case.yaml the file is not text: expected YAML in UTF-8'],
    ['a file of 10 MB', 'x: y\n'.repeat(2_000_000), 'case.yaml the file is too large: 10000000 characters, expected at most 1048576'],
  ])('refuses %s', (_title, text, expected) => {
    expect(shown(caseIssues(text))).toEqual([expected]);
  });

  it('reports several syntax errors, one for each line', () => {
    expect(shown(caseIssues('labels: @a\nsummary: `b\n'))).toEqual([
      'case.yaml:1:9 plain value cannot start with reserved character @',
      'case.yaml:2:10 plain value cannot start with reserved character `',
    ]);
  });

  it('refuses anchors that explode', () => {
    const text = ['a: &a [x,x,x,x,x,x,x,x,x,x]', ...Array.from('bcdefghi').map((name, index) => `${name}: &${name} [${Array(10).fill(`*${'abcdefgh'[index] ?? ''}`).join(',')}]`)].join('\n');
    expect(shown(caseIssues(text))).toEqual(['case.yaml:1:1 the anchors of this file expand to far too much']);
  });

  it('refuses nesting that exhausts the stack', () => {
    expect(caseIssues('['.repeat(100_000)).map(({ message }) => message)).toEqual(['the file is nested too deeply']);
  });

  it('stays quick and brief with thousands of mistakes', () => {
    const issues = caseIssues(Array.from({ length: 20_000 }, (_, index) => `k${index}: 1`).join('\n'));
    expect(issues).toHaveLength(51);
    expect(issues.at(-1)?.message).toBe('19951 more mistakes in this file');
  });

  it('reads merge keys and anchors', () => {
    const schema = z.strictObject({ base: z.strictObject({ a: z.number() }), both: z.strictObject({ a: z.string(), b: z.number() }) });
    const { issues } = readYaml('base: &base\n  a: 1\nboth:\n  <<: *base\n  b: x\n', 'f.yaml', schema);
    expect(shown(issues)).toEqual(['f.yaml:2:6 both.a expected a string, got 1', 'f.yaml:5:6 both.b expected a number, got "x"']);
  });

  it('counts columns after a byte order mark, and lines that end in CRLF', () => {
    expect(readYaml('\ufeffsummary: x\r\ncpus: 2\r\n', 'f.yaml', CaseFileSchema).value).toMatchObject({ summary: 'x', cpus: 2 });
    const [issue] = caseIssues('\ufeffsumary: x\r\nsummary: y\r\n');
    expect(issue).toMatchObject({ line: 1, column: 1, frame: '> 1 | sumary: x\n    | ^^^^^^\n  2 | summary: y' });
  });

  it('lets no control character of the file into a message or frame', () => {
    const issues = caseIssues('summary: x\n"\u001b[31m\u202ea": 1\nlabels: "\u009b2J"\n__proto__: { a: 1 }\n');
    expect(issues).toHaveLength(3);
    expect(JSON.stringify(issues.map((issue) => Object.values(issue).join('')))).not.toMatch(/[\u001b\u009b\u202e]|\\u001b(?!\[31m\\)/);
    for (const issue of issues) expect(`${issue.message}${issue.frame ?? ''}${issue.path ?? ''}`).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]/);
  });

  it('never throws, and gives a value or issues', () => {
    const snippet = fc.constantFrom('a', ': ', '- ', '\n', '  ', '\t', '{', '}', '[', ']', '&x ', '*x', '"', "'", '|', '>', '#', '!', '%', '@', '?', '---', '<<', '\r', '\ufeff', 'summary: x\n');
    fc.assert(fc.property(fc.oneof(fc.array(snippet, { maxLength: 40 }).map((parts) => parts.join('')), fc.string({ unit: 'binary', maxLength: 60 })), (text) => {
      const { value, issues } = readYaml(text, 'f.yaml', CaseFileSchema);
      expect(value === undefined).toBe(issues.length > 0);
      for (const issue of issues) expect(issue.line ?? 1).toBeGreaterThan(0);
    }));
  });

  it('points at places for checks of others', () => {
    const yaml = readYaml('a:\n  - b: 1\n', 'f.yaml', z.any());
    expect(yaml.positionOf(['a', 0, 'b'])).toMatchObject({ line: 2, column: 8 });
    expect(yaml.positionOf(['a', 0, 'none'])).toMatchObject({ line: 2, column: 5 });
    expect(yaml.issue({ path: ['a', 0, 'b'], at: 'key', message: 'odd' })).toMatchObject({ file: 'f.yaml', line: 2, column: 5, path: 'a[0].b', message: 'odd' });
  });
});

describe('readYaml for LinuxKit', () => {
  const read = (text: string) => readYaml(text, 'image.yml', z.unknown(), { dialect: 'linuxkit' });

  it.each([
    ['010', 8], ['-010', -8], ['0o17', 15], ['0O17', 15], ['0x10', 16], ['0XfF', 255], ['0b11', 3], ['1_000', 1000], ['0x1_0', 16], ['+5', 5], ['-0', 0], ['0', 0], ['00', 0], ['08', 8], ['9', 9],
    ['1.0', 1], ['1e3', 1000], ['yes', 'yes'], ['on', 'on'], ['n', 'n'], ['True', true], ['~', null], ['_1', '_1'], ['0o8', '0o8'], ['0b2', '0b2'], ['"010"', '010'], ['2024-01-02', '2024-01-02'], ['12:30', '12:30'], ['!!str 010', '010'], ['!!int "7"', 7],
  ])('reads %s as %j', (text, value) => {
    const { raw, issues } = read(`k: ${text}`);
    expect(issues).toEqual([]);
    // -0 is 0.
    expect(typeof value === 'number' ? Number((raw as { k: unknown }).k) + 0 : (raw as { k: unknown }).k).toBe(value);
  });

  it('leaves other files to YAML 1.2', () => {
    expect(readYaml('a: 010\nb: 0b11\nc: 1_000\n', 'f.yaml', z.unknown()).raw).toEqual({ a: 10, b: '0b11', c: '1_000' });
  });

  it('takes the first of several documents, and says so', () => {
    const { raw, issues, notices } = read('a: 1\n---\nb: [\n');
    expect({ raw, issues, notices }).toEqual({ raw: { a: 1 }, issues: [], notices: ['image.yml:2: only the first document of the file is read, as LinuxKit does'] });
    expect(['a:\n  - b\n\n...\n# x\n---\nb: 1\n', '---\na: 1\n# c\n\n---\n---\n'].map((text) => read(text).notices[0]?.split(':')[1])).toEqual(['6', '5']);
    expect(['a: 1\n...\n', '%YAML 1.2\n---\na: 1\n'].flatMap((text) => read(text).notices)).toEqual([]);
  });

  it('insists on keys that are text', () => {
    expect(shown(read('a: {1: x, true: y, ~: z}\n').issues)).toEqual([
      'image.yml:1:5 expected a name as key, got 1', 'image.yml:1:11 expected a name as key, got true', 'image.yml:1:20 expected a name as key, got nothing',
    ]);
  });

  it.each([
    ['lists of lists', (name: string) => `[${Array(10).fill(`*${name}`).join(',')}]`],
    ['mappings', (name: string) => `{${Array.from({ length: 10 }, (_, index) => `k${index}: *${name}`).join(',')}}`],
    ['merge keys', (name: string) => `{<<: [${Array(10).fill(`*${name}`).join(',')}]}`],
  ])('refuses anchors that explode as %s', (_, next) => {
    const names = Array.from('abcdefghijkl');
    const text = names.map((name, index) => `${name}: &${name} ${index === 0 ? '{k: v}' : next(names[index - 1] ?? '')}`).join('\n');
    expect(shown(read(text).issues)).toEqual(['image.yml:1:1 the anchors of this file expand to far too much']);
  });
});
