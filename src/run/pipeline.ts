// The stages put together over one project: what `run`, its dry run, `exec` and `shell` share.
import type { Accel } from '../model/arch.ts';
import { HarnessError } from '../model/errors.ts';
import type { Progress } from '../model/events.ts';
import type { Project } from '../model/project.ts';
import { readYaml } from '../config/yaml.ts';
import { createImageBuilder } from '../image/build.ts';
import { LinuxkitSchema } from '../image/linuxkit/schema.ts';
import { openMachine, type Machine } from './machine.ts';
import { createPrepare, type Prepare } from './prepare.ts';
import { openSupplies } from './workspace.ts';

export interface PipelineOptions {
  readonly frozen: boolean;
  readonly accel?: 'auto' | Accel | undefined;
  readonly progress: Progress;
}

export interface Pipeline {
  readonly prepare: Prepare;
  readonly machine: Machine;
  readonly cacheRoot: string;
  /** A path for this process's passing files; what a killed process leaves goes with the next run. */
  temporary(): Promise<string>;
}

/** Opens the cache and readies every stage. Nothing is fetched or built until a cell is prepared. */
export async function openPipeline(project: Project, options: PipelineOptions): Promise<Pipeline> {
  const { harness } = project;
  const { progress } = options;
  const supplies = await openSupplies(project, { frozen: options.frozen, progress });
  const images = createImageBuilder({ ...supplies, suite: harness.apt.suite, parseYaml: parseLabel });
  const machine = openMachine({ harness, accel: options.accel ?? harness.accel, cacheRoot: supplies.cache.root, progress });
  return { prepare: createPrepare(supplies, images), machine, cacheRoot: supplies.cache.root, temporary: () => supplies.cache.temporary() };
}

/** The YAML of an image's label; its own schema checks what comes out. */
function parseLabel(text: string): unknown {
  const { raw, issues } = readYaml(text, 'org.mobyproject.config', LinuxkitSchema);
  if (raw === undefined) throw new HarnessError('LABEL_INVALID', issues[0]?.message ?? 'the label is no YAML');
  return raw;
}
