// A project opened for work: its files read and checked, the cache at hand, kernels to be had.
import { homedir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Arch } from '../model/arch.ts';
import type { Progress } from '../model/events.ts';
import type { Project } from '../model/project.ts';
import { openApt } from '../apt/open.ts';
import { loadArchs } from '../arch/index.ts';
import { cacheLocation } from '../cache/location.ts';
import { openCache } from '../cache/store.ts';
import { loadProject } from '../config/load.ts';
import { createKernelResolver, type KernelResolver, type ResolverContext } from '../kernel/resolve.ts';
import { matchesName } from '../matrix/select.ts';
import { rangeProblem, satisfies } from '../matrix/version.ts';
import { checkImageText } from './image-yaml.ts';
import { projectRegistry } from './registry.ts';

export interface LoadOptions {
  readonly cwd: string;
  readonly config?: string | undefined;
  /** False for commands that make sense without a project: defaults hold then. */
  readonly requireConfig: boolean;
}

export interface Workspace {
  readonly project: Project;
  readonly archs: readonly Arch[];
}

const checks = { matchesName, rangeProblem, inRange: satisfies };

/**
 * Reads and checks every file of the project.
 * @throws ConfigError with every mistake in it.
 */
export async function loadWorkspace(options: LoadOptions): Promise<Workspace> {
  const archs = await loadArchs();
  const project = await loadProject({
    cwd: options.cwd,
    ...(options.config === undefined ? {} : { config: options.config }),
    requireConfig: options.requireConfig,
    archs,
    checks,
    imageChecker: checkImageText,
    compiledFolder: compiledFolder(),
  });
  return { project, archs };
}

/**
 * For commands that need kernels but no cases. Where there is no project, kit-test's own kernels stand in,
 * and what they resolve to is recorded in the cache.
 */
export async function loadCommandWorkspace(options: Pick<LoadOptions, 'cwd' | 'config'>): Promise<Workspace> {
  const archs = await loadArchs();
  const load = (cwd: string, config?: string): Promise<Project> =>
    loadProject({ cwd, config, requireConfig: config !== undefined, withCases: false, archs, checks, compiledFolder: compiledFolder() });
  const project = await load(options.cwd, options.config);
  if (project.configFile !== undefined || project.kernels.length > 0) return { project, archs };
  const own = await load(fileURLToPath(new URL('../..', import.meta.url)));
  return { project: { ...own, root: projectCache(own) }, archs };
}

export interface SupplyOptions {
  readonly frozen: boolean;
  readonly update?: boolean;
  /** Only what the cache holds. Default: by KIT_TEST_OFFLINE. */
  readonly offline?: boolean | undefined;
  readonly progress: Progress;
}

/** Where kernels and packages come from. */
export interface Supplies extends ResolverContext {
  readonly kernel: KernelResolver;
}

/** Opens the cache and the lock file of a project. Nothing is fetched until asked for. */
export async function openSupplies(project: Project, options: SupplyOptions): Promise<Supplies> {
  const { progress } = options;
  const { harness, root } = project;
  const lockPath = join(root, 'kit-test.lock');
  const cache = await openCache(projectCache(project), {
    offline: options.offline ?? !['', '0', 'false', 'no'].includes(process.env['KIT_TEST_OFFLINE'] ?? ''),
    onWait: (what, pid) => progress.notice(`another kit-test${pid === undefined ? '' : ` (process ${pid})`} is making ${what}: waiting for it`),
  });
  const apt = openApt({
    cache,
    progress,
    settings: harness.apt,
    env: process.env,
    lockPath,
    lock: { frozen: options.frozen, update: options.update ?? false },
  });
  const registry = projectRegistry(project, { cache, progress, lockPath, frozen: options.frozen });
  const context: ResolverContext = { cache, apt, registry, progress, suite: harness.apt.suite };
  return { ...context, kernel: createKernelResolver(context) };
}

/** The cache folder of a project. */
export function projectCache({ harness, root }: Project): string {
  return cacheLocation({ setting: harness.cache, projectRoot: root, env: process.env, home: homedir(), platform: process.platform });
}

/** Where the compiled configuration is kept; the project's own cache folder is not known before it is read. */
function compiledFolder(): string {
  return join(cacheLocation({ projectRoot: '.', env: process.env, home: homedir(), platform: process.platform }), 'config');
}
