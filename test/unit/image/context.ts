// What an image builder needs, for real: a cache in a temporary folder, YAML read as the configuration stage reads it.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { openCache } from '../../../src/cache/store.ts';
import { readYaml } from '../../../src/config/yaml.ts';
import type { ImageBuilderContext } from '../../../src/image/build.ts';
import { LinuxkitSchema, type LinuxkitDocument } from '../../../src/image/linuxkit/schema.ts';
import { loadArchs, lookUpArch } from '../../../src/arch/index.ts';
import type { Arch } from '../../../src/model/arch.ts';
import { noRegistry } from '../registry/refusing.ts';

const archs = await loadArchs();

/** The OCI and Debian names of the architectures and what our programs for guests are made of; images need no more of them. */
export function archOf(architecture: string): Arch {
  const debian = { amd64: 'amd64', arm64: 'arm64', arm: 'armhf' }[architecture] ?? architecture;
  const { calls, elfMachine } = lookUpArch(archs, architecture) ?? {};
  return { name: architecture, debian, oci: { architecture, ...(architecture === 'arm' ? { variant: 'v7' } : {}) }, calls, elfMachine } as unknown as Arch;
}

export function parseYaml(text: string): unknown {
  const { value, issues } = readYaml(text, 'label', z.unknown(), { dialect: 'linuxkit' });
  if (issues.length > 0) throw new Error(issues.map(({ message }) => message).join('; '));
  return value;
}

/** A document of a test; fails on anything the schema refuses. */
export function documentOf(text: string): LinuxkitDocument {
  const { value, issues } = readYaml(text, 'image.yml', LinuxkitSchema, { dialect: 'linuxkit' });
  if (value === undefined) throw new Error(issues.map(({ path, message }) => `${path ?? ''} ${message}`).join('; '));
  return value;
}

export interface Workplace extends AsyncDisposable {
  readonly folder: string;
  readonly context: ImageBuilderContext;
  readonly notices: string[];
}

/** A folder and a context over a cache in it. No test that uses it may need packages. */
export async function createWorkplace(): Promise<Workplace> {
  const folder = await mkdtemp(join(tmpdir(), 'kit-test-image-'));
  const notices: string[] = [];
  const refuse = (): never => {
    throw new Error('packages were asked for');
  };
  return {
    folder,
    notices,
    context: {
      cache: await openCache(join(folder, 'cache')),
      apt: { resolve: refuse, fetch: refuse },
      registry: noRegistry,
      progress: { notice: (message) => void notices.push(message), download: () => undefined },
      suite: 'trixie',
      parseYaml,
    },
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
  };
}
