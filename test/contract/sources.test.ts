// Every kernel source and every image transport, whoever adds one: found by name, refuses what is not there with a
// message and a next action, and stops when it is told to.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { openApt } from '../../src/apt/open.ts';
import { loadArchs } from '../../src/arch/index.ts';
import { openCache } from '../../src/cache/store.ts';
import { HarnessError } from '../../src/model/errors.ts';
import { KernelFileSchema, KernelSourceSchema, type KernelSpec } from '../../src/model/kernel.ts';
import { createKernelResolver } from '../../src/kernel/resolve.ts';
import { listSources, loadSource } from '../../src/kernel/sources.ts';
import { resolveSource } from '../../src/source/source.ts';
import { openRegistry } from '../../src/registry/registry.ts';

const root = await mkdtemp(join(tmpdir(), 'kit-test-sources-'));
afterAll(() => rm(root, { recursive: true, force: true }));
// A port of this machine where nobody listens.
const nobody = 'http://127.0.0.1:9';
const progress = { notice: () => undefined, download: () => undefined };
const cache = await openCache(join(root, 'cache'));
const apt = openApt({ cache, progress, settings: { mirror: nobody }, env: {}, lockPath: join(root, 'kit-test.lock'), lock: { frozen: true, update: false } });
const registry = openRegistry({ cache, progress, settings: { mirrors: {}, insecure: [], ca: [], offline: false, env: {}, home: root }, timing: { backoffMs: 1 } });
const [arch] = await loadArchs();
if (arch === undefined) throw new Error('there is no architecture');

const nothing: Readonly<Record<string, unknown>> = {
  apt: { type: 'apt', suite: 'trixie', package: 'linux-image-none' },
  file: { type: 'file', path: 'no-such-kernel' },
  url: { type: 'url', kernel: { url: `${nobody}/kernel`, sha256: '0'.repeat(64) } },
  oci: { type: 'oci', image: 'oci:./no-such-layout' },
};

describe.each(await listSources())('the kernel source %s', (type) => {
  const spec: KernelSpec = { ...KernelFileSchema.parse({ release: '6.12', source: nothing[type] }), name: 'mine', file: join(root, 'mine.yaml') };

  it('is a type of the schema and carries the name of its file', async () => {
    expect(KernelSourceSchema.options.map((option) => option.shape.type.value)).toContain(type);
    expect((await loadSource(type)).type).toBe(type);
  });

  it('refuses what is not there, with the next action', async () => {
    const error: unknown = await createKernelResolver({ cache, apt, registry, progress, suite: 'trixie' })(spec, arch, new AbortController().signal).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(HarnessError);
    expect((error as HarnessError).hint ?? '').not.toBe('');
  });

  it('stops when it is told to', async () => {
    await expect(createKernelResolver({ cache, apt, registry, progress, suite: 'trixie' })(spec, arch, AbortSignal.abort())).rejects.toThrow();
  });

  it('says without a network what it knows', async () => {
    const described = await (await loadSource(type)).describe(spec.source, arch, { cache, apt, registry, progress, suite: 'trixie' });
    expect(['undefined', 'string']).toContain(typeof described);
  });
});

describe.each(['apt:no-such-package', 'dir:./no-such-folder', 'oci:./no-such-layout', 'builtin:no-such-image', 'docker://127.0.0.1:9/no-such-image', 'oci-archive:x.tar'])('the image reference %s', (reference) => {
  it('is refused by its name, with the next action', async () => {
    const context = { cache, apt, registry, progress, arch, suite: 'trixie', baseDir: root };
    const error: unknown = await resolveSource(reference, context, new AbortController().signal).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(HarnessError);
    expect((error as HarnessError).message).toContain(reference);
    expect((error as HarnessError).hint ?? '').not.toBe('');
  });
});
