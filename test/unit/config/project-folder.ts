// A project in a temporary folder, made from an object of paths and contents.
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { onTestFinished } from 'vitest';
import { loadProject, type LoadOptions } from '../../../src/config/load.ts';
import { ConfigError, type Issue } from '../../../src/model/errors.ts';
import { matchesName } from '../../../src/matrix/select.ts';
import { rangeProblem, satisfies } from '../../../src/matrix/version.ts';

export type Files = Readonly<Record<string, string | Uint8Array>>;

export const archs = [
  { name: 'x86_64', aliases: ['amd64', 'x86-64'] },
  { name: 'aarch64', aliases: ['arm64'] },
  { name: 'arm', aliases: ['armhf', 'armv7l'] },
];

/** Files of a project without a mistake. */
export const goodFiles: Files = {
  'harness.config.ts': `import { defineConfig } from 'kit-test';\nexport default defineConfig({});\n`,
  'kernels/6.1.yaml': 'release: "6.1"\nsource: { type: apt, suite: bookworm, package: { amd64: linux-image-cloud-amd64, arm64: linux-image-cloud-arm64 } }\n',
  'kernels/6.12.yaml': 'release: "6.12"\nlabels: [new]\nsource: { type: apt, suite: trixie, package: linux-image }\n',
  'cases/boot/case.yaml': 'summary: it boots\nlabels: [smoke]\n',
  'cases/boot/image.yml': 'init: ["builtin:init"]\n',
  'cases/true/case.yaml': 'summary: a command\nrun: { command: ["true"] }\n',
};

export async function projectFolder(files: Files): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'kit-test-config-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  for (const [name, content] of Object.entries(files)) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), content);
  }
  return folder;
}

export const load = (cwd: string, options: Partial<LoadOptions> = {}) => loadProject({ cwd, archs, checks: { matchesName, rangeProblem, inRange: satisfies }, ...options });

/** The issues of a project whose files are the good ones, changed. */
export async function issuesOf(changes: Readonly<Record<string, string | Uint8Array | undefined>>, options: Partial<LoadOptions> = {}): Promise<readonly Issue[]> {
  const files = Object.fromEntries(Object.entries({ ...goodFiles, ...changes }).filter((entry): entry is [string, string | Uint8Array] => entry[1] !== undefined));
  return issuesIn(await projectFolder(files), options);
}

export async function issuesIn(folder: string, options: Partial<LoadOptions> = {}): Promise<readonly Issue[]> {
  try {
    await load(folder, options);
    return [];
  } catch (error) {
    if (error instanceof ConfigError) return error.issues;
    throw error;
  }
}

/** `file:line:column path message`, without what an issue does not have. */
export const shown = (issues: readonly Issue[]): readonly string[] =>
  issues.map(({ file, line, column, path, message }) => [[file, line, column].filter((part) => part !== undefined).join(':'), path, message].filter((part) => part !== undefined && part !== '').join(' '));
