// The stages put together over one project: what `run`, its dry run, `exec` and `shell` share.
import type { Accel } from '../model/arch.ts';
import type { Progress } from '../model/events.ts';
import type { Harness } from '../model/harness.ts';
import type { Project } from '../model/project.ts';
import { createImageBuilder } from '../image/build.ts';
import { parseYaml } from './image-yaml.ts';
import { openMachine, type Machine } from './cell/machine.ts';
import { createPrepare, type Prepare } from './cell/prepare.ts';
import { createStartSooner, type StartSooner } from './cell/sooner.ts';
import { openWarm, type Warm } from './warm/open.ts';
import { openSupplies } from './workspace.ts';

export interface PipelineOptions {
  readonly frozen: boolean;
  readonly offline?: boolean | undefined;
  readonly accel?: 'auto' | Accel | undefined;
  readonly progress: Progress;
}

export interface Pipeline {
  readonly prepare: Prepare;
  readonly machine: Machine;
  readonly warm: Warm;
  readonly startSooner: StartSooner;
  readonly harness: Harness;
  /** Folder of the project. */
  readonly root: string;
  readonly progress: Progress;
  readonly cacheRoot: string;
  /** A path for this process's passing files; what a killed process leaves goes with the next run. */
  temporary(): Promise<string>;
}

/** Opens the cache and readies every stage. Nothing is fetched or built until a cell is prepared. */
export async function openPipeline(project: Project, options: PipelineOptions): Promise<Pipeline> {
  const { harness } = project;
  const { progress } = options;
  const supplies = await openSupplies(project, { frozen: options.frozen, offline: options.offline, progress });
  const images = createImageBuilder({ ...supplies, suite: harness.apt.suite, parseYaml });
  const machine = openMachine({ harness, accel: options.accel ?? harness.accel, cacheRoot: supplies.cache.root, progress });
  const startSooner = createStartSooner(supplies.cache);
  return { prepare: createPrepare(supplies, images, harness), machine, warm: openWarm({ supplies, images, machine, startSooner }), startSooner, harness, root: project.root, progress, cacheRoot: supplies.cache.root, temporary: () => supplies.cache.temporary() };
}
