import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { caseTemplates, newCase, type CaseTemplateName } from '../../../src/scaffold/case.ts';
import { writeNewFiles } from '../../../src/scaffold/files.ts';
import { newProject } from '../../../src/scaffold/project.ts';

describe('newCase', () => {
  it.each(Object.keys(caseTemplates) as CaseTemplateName[])('puts the files of the template %s into the folder of the case', (template) => {
    const files = newCase('mounts', template, 'says "yes": # always');
    expect(Object.keys(files).every((path) => path.startsWith('mounts/'))).toBe(true);
    expect(files['mounts/case.yaml']).toContain('summary: "says \\"yes\\": # always"\n');
  });
});

describe('newProject', () => {
  it('has a kernel file for each kernel, a first case, and a workflow where it is wanted', () => {
    const files = newProject({ kernels: ['6.1', '6.12'], archs: ['arm'], workflow: true }, (name) => `of ${name}\n`);
    expect(Object.keys(files)).toEqual(['harness.config.ts', 'kernels/6.1.yaml', 'kernels/6.12.yaml', 'cases/hello/case.yaml', 'cases/hello/check.sh', '.github/workflows/kit-test.yml']);
    expect(files['kernels/6.12.yaml']).toBe('of 6.12\n');
    expect(newProject({ kernels: ['6.1'], archs: ['arm'], workflow: false }, () => '')).not.toHaveProperty(['.github/workflows/kit-test.yml']);
  });
});

describe('writeNewFiles', () => {
  it('leaves what is there as it is, and says so', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'kit-test-scaffold-'));
    await writeFile(join(folder, 'a'), 'mine');
    expect(await writeNewFiles(folder, { a: 'new', 'b/c': 'new' })).toEqual({ written: ['b/c'], kept: ['a'] });
    expect(await readFile(join(folder, 'a'), 'utf8')).toBe('mine');
    expect(await readFile(join(folder, 'b/c'), 'utf8')).toBe('new');
    await rm(folder, { recursive: true });
  });
});
