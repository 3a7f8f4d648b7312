// `kit-test parse`: one judge for live and saved consoles.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import type { ParsedConsole } from '../../src/model/parsed.ts';
import { compileKernel } from '../unit/symbols/kernel-program.ts';
import { takeNames } from '../unit/symbols/nameless.ts';
import { cellOf, createProject, scriptCase, type Outcome } from './project.ts';

const corpus = fileURLToPath(new URL('../corpus/', import.meta.url));
const panic = join(corpus, 'kernel-logs/sysrq-aarch64-6.12.log');
const passing = join(corpus, 'ktap/test_is_test_passed-all_passed_nested.log');

const objects = ({ stdout }: Outcome): readonly ParsedConsole[] => stdout.trimEnd().split('\n').map((line) => JSON.parse(line) as ParsedConsole);

describe('kit-test parse', () => {
  it('gives a saved console the verdict the run gave the live one', async () => {
    await using project = await createProject({
      ...scriptCase('good', 'true'),
      ...scriptCase('bad', 'echo "no such luck"; exit 3'),
      ...scriptCase('dead', 'echo c >/proc/sysrq-trigger'),
    });
    await project.run(['run', '--matrix']);
    const report = await project.report();
    const outcome = await project.run(['parse', '--format', 'ndjson', '.kit-test/runs/latest']);
    expect(outcome).toMatchObject({ code: 1, stderr: '' });
    const parsed = new Map(objects(outcome).map((one) => [/cells\/(\w+)/.exec(one.file)?.[1], one]));
    for (const name of ['good', 'bad', 'dead']) {
      const { verdict, attempts: [attempt] } = cellOf(report, name);
      const one = parsed.get(name);
      expect(one).toMatchObject({ verdict: verdict.kind, reason: 'title' in verdict ? verdict.title : 'reason' in verdict ? verdict.reason : '' });
      expect(one?.findings.flatMap((finding) => (finding.kind === 'results' ? finding.results : []))).toEqual(attempt.results);
    }
    expect(parsed.get('dead')?.crashes).toMatchObject([{ title: 'kernel panic: sysrq triggered crash', type: 'DoS', corrupted: false, panicked: true }]);
    expect(await project.run(['parse', '.kit-test/runs/latest/cells/good+6.1+aarch64'])).toMatchObject({ code: 0, stderr: '', stdout: expect.stringMatching(/pass {5}\.kit-test\/runs\/latest\/cells\/good\+6\.1\+aarch64\/console\.log\n$/) as string });
  });

  it('reads files, compressed ones and standard input, one line of ndjson each, in their order', async () => {
    await using project = await createProject({ 'a.log.gz': gzipSync(await readFile(panic)), 'b.log': await readFile(passing) });
    const child = project.start(['parse', '--format', 'ndjson', 'b.log', '-', 'a.log.gz'], {}, await readFile(panic));
    const outcome = await child.ended;
    expect(outcome).toMatchObject({ code: 1, stderr: '' });
    const [b, stdin, a] = objects(outcome);
    expect([b?.file, b?.verdict, stdin?.file, a?.file]).toEqual(['b.log', 'pass', '-', 'a.log.gz']);
    expect({ ...stdin, file: '' }).toEqual({ ...a, file: '' });
    expect(stdin?.crashes[0]).toMatchObject({ title: 'kernel panic: sysrq triggered crash' });
  });

  it('judges by what a case of the project expects', async () => {
    await using project = await createProject({
      'cases/dies/case.yaml': 'summary: x\nrun: { command: ["true"] }\nexpect: { crash: "sysrq triggered crash" }\n',
      'panic.log': await readFile(panic),
    });
    expect(await project.run(['parse', 'panic.log'])).toMatchObject({ code: 1, stdout: expect.stringContaining('crash    panic.log  kernel panic: sysrq triggered crash\n') as string });
    expect(await project.run(['parse', '--case', 'dies', 'panic.log'])).toMatchObject({ code: 0 });
    expect(await project.run(['parse', '--case', 'dyes', 'panic.log'])).toMatchObject({ code: 2, stdout: '', stderr: expect.stringContaining('did you mean "dies"?') as string });
  });

  it('names every file that cannot be read before it reads any', async () => {
    await using project = await createProject({ 'a.log': 'KTAP version 1\n' });
    const outcome = await project.run(['parse', 'a.log', 'gone.log', 'cases', 'missing.log']);
    expect(outcome).toMatchObject({ code: 2, stdout: '' });
    expect(outcome.stderr).toMatch(/gone\.log\n.*there is no such file[\s\S]*cases[\s\S]*missing\.log\n[\s\S]*3 mistakes; nothing was run\n$/);
    expect(await project.run(['parse'])).toMatchObject({ code: 2, stderr: expect.stringContaining("missing required argument 'file'") as string });
  });

  it('is an error where a file ends too soon, beside what it found until then', async () => {
    const whole = gzipSync(Buffer.concat([await readFile(panic), Buffer.from(Array.from({ length: 300_000 }, (_, index) => (index * 7919) % 251))]));
    await using project = await createProject({ 'cut.gz': whole.subarray(0, whole.length - 100) });
    const outcome = await project.run(['parse', '--format', 'ndjson', 'cut.gz']);
    expect(outcome).toMatchObject({ code: 3, stderr: '' });
    expect(objects(outcome)).toMatchObject([{ verdict: 'error', reason: expect.stringContaining('gzip data is cut or damaged') as string, crashes: [{ title: 'kernel panic: sysrq triggered crash' }] }]);
  });

  it('names the addresses of a kernel that prints no names by its System.map', async () => {
    const log = await readFile(join(corpus, 'kernel-logs/452.log'), 'utf8');
    const nameless = takeNames(log);
    await using project = await createProject({
      'named.log': log, 'nameless.log': nameless.text, 'moved.log': takeNames(log, 0x1a400000n).text,
      'System.map': nameless.map, 'System.map.gz': gzipSync(nameless.map), 'placeholder': 'ffffffffffffffff B The real System.map is in the linux-image-6.1-dbg package\n',
    });
    const crashes = async (...args: readonly string[]) => objects(await project.run(['parse', '--format', 'ndjson', ...args])).map((one) => one.crashes);
    const [named] = await crashes('named.log');
    expect(named).toMatchObject([{ corrupted: false, function: expect.any(String) as string }]);
    expect(await crashes('nameless.log')).not.toEqual([named]);
    expect(await crashes('--symbols', 'System.map', 'nameless.log', 'named.log')).toEqual([named, named]);
    expect(await crashes('--symbols', 'System.map.gz', 'nameless.log')).toEqual([named]);
    const text = await project.run(['parse', '--symbols', 'System.map', 'nameless.log']);
    expect(text).toMatchObject({ code: 1, stderr: '', stdout: expect.stringMatching(new RegExp(`${named?.[0]?.function ?? '?'}\\+0x[0-9a-f]+/0x`)) as string });
    expect(await readFile(join(project.folder, 'nameless.log'), 'utf8')).toBe(nameless.text);
    expect(await project.run(['parse', '--symbols', 'System.map', 'moved.log'])).toMatchObject({ code: 1, stderr: expect.stringMatching(/^note moved\.log: addresses keep their form: .*KASLR/) as string });
    expect(await project.run(['parse', '--symbols', 'gone', 'moved.log'])).toMatchObject({ code: 2, stdout: '', stderr: expect.stringContaining('--symbols: the symbols in gone cannot be read: it does not exist') as string });
    expect(await project.run(['parse', '--symbols', 'placeholder', 'moved.log'])).toMatchObject({ code: 2, stdout: '', stderr: expect.stringContaining('the real one is in the package linux-image-6.1-dbg') as string });
  });

  it('tells file and line of a crash by a vmlinux with debug information', async () => {
    using kernel = compileKernel();
    await using project = await createProject({ 'named.log': kernel.named, 'nameless.log': kernel.nameless, 'vmlinux.xz': execFileSync('xz', ['-c', kernel.path]) });
    for (const symbols of [kernel.path, 'vmlinux.xz']) {
      const outcome = await project.run(['parse', '--format', 'ndjson', '--symbols', symbols, 'named.log', 'nameless.log']);
      expect(outcome).toMatchObject({ code: 1, stderr: '' });
      for (const { crashes, findings } of objects(outcome)) {
        expect(crashes).toMatchObject([{ title: 'BUG: unable to handle kernel NULL pointer dereference in broken_read', function: 'broken_read', source: 'fs/broken.c:6' }]);
        expect(findings).toMatchObject([{ kind: 'crash', source: 'fs/broken.c:6' }]);
      }
    }
    expect((await project.run(['parse', '--symbols', 'vmlinux.xz', 'named.log'])).stdout).toContain('in broken_read  NULL-POINTER-DEREFERENCE, lines 1 to 12, fs/broken.c:6');
  });

  it('ends quietly when its reader goes away', async () => {
    const script = `node ${JSON.stringify(fileURLToPath(new URL('../../dist/main.js', import.meta.url)))} parse --format ndjson $(yes ${JSON.stringify(passing)} | head -n 2000) | head -n 1; echo "\${PIPESTATUS[0]}"`;
    const child = spawn('bash', ['-c', script], { stdio: ['ignore', 'pipe', 'pipe'] });
    let text = '';
    child.stdout.on('data', (chunk: Buffer) => (text += chunk.toString()));
    let errors = '';
    child.stderr.on('data', (chunk: Buffer) => (errors += chunk.toString()));
    await once(child, 'close');
    expect(text.trimEnd().split('\n').at(-1)).toBe('141');
    expect(errors).toBe('');
  });
});
