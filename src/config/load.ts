// Loads a project: harness.config.*, cases and kernels, checked as a whole. Every mistake of every file is reported at once.
// The one home of jiti, which runs TypeScript on every Node we support; its compiled text is kept by content, so a warm start compiles nothing.
// A configuration that is a plain literal does not even need that.
import { dirname, resolve } from 'node:path';
import { ConfigError, type Issue, UsageError } from '../model/errors.ts';
import { HarnessSchema, type Harness } from '../model/harness.ts';
import type { MatrixChecks, Project } from '../model/project.ts';
import { errorCode } from '../sys/fs.ts';
import { type ArchNames, canonicalArchs, listItems } from './arch-names.ts';
import { type CaseFiles, type ImageChecker, readCases } from './case-files.ts';
import { findConfig } from './config-file.ts';
import { defineConfig } from './define-config.ts';
import { explainIssues } from './issues-from-zod.ts';
import { type KernelFiles, readKernels } from './kernel-files.ts';
import { readLiteralConfig } from './literal.ts';
import { scriptSource } from './object-places.ts';
import { checkRules, type Draft } from './rules.ts';
import { explainScriptError } from './script-error.ts';
import { issuesInOrder, plainSource, type Source } from './source.ts';
import { readText, shownPath } from './text.ts';

export interface LoadOptions {
  readonly cwd: string;
  /** As given with --config; else the configuration is sought in `cwd` and above. */
  readonly config?: string | undefined;
  /** Default: true. Without it a folder that has no configuration is a project of defaults. */
  readonly requireConfig?: boolean;
  /** Default: true. Commands that need kernels only start faster, and work beside broken cases. */
  readonly withCases?: boolean;
  readonly archs: readonly ArchNames[];
  readonly checks: MatrixChecks;
  readonly imageChecker?: ImageChecker;
  /** Folder for the compiled configuration. Default: it is compiled each time, which costs 0.1 s. */
  readonly compiledFolder?: string | undefined;
}

/**
 * @throws ConfigError with every mistake in the project's files.
 * @throws UsageError where there is no configuration.
 */
export async function loadProject(options: LoadOptions): Promise<Project> {
  const configFile = await findConfig(options.cwd, options.config);
  if (configFile === undefined && options.requireConfig !== false) {
    throw new UsageError('CONFIG_NOT_FOUND', 'there is no harness.config.ts here or in a folder above', { hint: 'go to your project, name the file with --config, or make one with "kit-test init"' });
  }
  const root = configFile === undefined ? resolve(options.cwd) : dirname(configFile);
  const config = configFile === undefined ? defaults : await readConfig(configFile, options);
  const context = { cwd: options.cwd, optional: configFile === undefined, archs: options.archs };
  const cases = options.withCases === false ? noCases : await readCases({ ...context, root, folder: resolve(root, config.folders.cases), imageChecker: options.imageChecker });
  // Scripts need none; a command that reads no cases says by itself what it lacks.
  const needsKernels = options.withCases !== false && cases.cases.length === 0 || cases.cases.some((entry) => entry.case.script === undefined);
  const kernels = await readKernels({ ...context, optional: context.optional || !needsKernels, folder: resolve(root, config.folders.kernels) });
  const issues = [...config.issues, ...kernels.issues, ...cases.issues, ...checkRules(draftOf(config, kernels, cases, options))];
  if (issues.length > 0) throw new ConfigError(issues);
  return { root, harness: config.harness, cases: cases.cases.map((entry) => entry.case), kernels: kernels.kernels, ...(configFile === undefined ? {} : { configFile }) };
}

const noCases: CaseFiles = { cases: [], names: [], issues: [] };

function draftOf(config: Config, kernels: KernelFiles, cases: CaseFiles, options: LoadOptions): Draft {
  const { harness, source } = config;
  // Rules of the matrix would find nothing to match where no case was read.
  const value = options.withCases === false ? { ...harness, known: [], matrix: { ...harness.matrix, include: [], exclude: [] } } : harness;
  return {
    harness: config.issues.length > 0 ? undefined : { value, source },
    kernels: kernels.kernels,
    kernelNames: kernels.names,
    cases: cases.cases,
    caseNames: cases.names,
    isComplete: kernels.issues.length === 0 && cases.issues.length === 0,
    archs: options.archs,
    checks: options.checks,
  };
}

interface Config {
  readonly harness: Harness;
  /** Also where the configuration has mistakes: the other files are checked all the same. */
  readonly folders: { readonly cases: string; readonly kernels: string };
  readonly source: Source;
  readonly issues: readonly Issue[];
}

const defaultHarness = HarnessSchema.parse({});
const defaults: Config = { harness: defaultHarness, folders: defaultHarness, source: plainSource(''), issues: [] };

async function readConfig(path: string, options: LoadOptions): Promise<Config> {
  const file = shownPath(path, options.cwd);
  const text = await readText(path, file);
  if ('issue' in text) throw new ConfigError([text.issue]);
  const source = scriptSource(file, text.text);
  const literal = readLiteralConfig(text.text);
  const exported = literal !== undefined ? literal.value : await importConfig(path, options.compiledFolder).catch(async (error: unknown) => {
    throw new ConfigError([await explainScriptError(error, path, options.cwd)]);
  });
  if (exported === undefined) {
    throw new ConfigError([{ file, message: 'the configuration has no default export', hint: 'write: export default defineConfig({ … })' }]);
  }
  const checked = HarnessSchema.safeParse(exported);
  if (!checked.success) {
    const issues = issuesInOrder(source, explainIssues(HarnessSchema, exported, checked.error.issues));
    return { ...defaults, folders: { cases: textOf(exported, 'cases'), kernels: textOf(exported, 'kernels') }, source, issues };
  }
  const { matrix } = checked.data;
  const known = matrix.arch === undefined ? undefined : canonicalArchs(options.archs, listItems(matrix.arch, ['matrix', 'arch']));
  const harness: Harness = { ...checked.data, matrix: { ...matrix, ...(known === undefined ? {} : { arch: [...known.names] }) } };
  return { harness, folders: harness, source, issues: issuesInOrder(source, known?.mistakes ?? []) };
}

function textOf(exported: unknown, key: 'cases' | 'kernels'): string {
  const value: unknown = typeof exported === 'object' && exported !== null ? Reflect.get(exported, key) : undefined;
  return typeof value === 'string' ? value : defaultHarness[key];
}

/** `kit-test` itself is handed over: the project need not have it installed. */
async function importConfig(path: string, compiledFolder: string | undefined): Promise<unknown> {
  const { createJiti } = await import('jiti');
  const load = async (fsCache: string | false): Promise<unknown> => {
    const jiti = createJiti(path, { fsCache, moduleCache: false, interopDefault: false, virtualModules: { 'kit-test': { defineConfig } } });
    return (await jiti.import<{ readonly default?: unknown }>(path)).default;
  };
  try {
    return await load(compiledFolder ?? false);
  } catch (error) {
    // The folder cannot be written (full, read-only): compiling again costs little.
    if (compiledFolder === undefined || !['ENOSPC', 'EROFS', 'EACCES', 'EDQUOT'].includes(errorCode(error) ?? '')) throw error;
    return load(false);
  }
}
