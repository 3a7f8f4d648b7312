// What the pass of a cell rests on, gathered on this machine with its QEMU; nothing boots.
import { copyFile, mkdir, mkdtemp, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadArchs } from '../../../../src/arch/index.ts';
import type { Cell } from '../../../../src/model/cell.ts';
import { HarnessSchema, type HarnessConfig } from '../../../../src/model/harness.ts';
import { cellsOf } from '../../../../src/matrix/expand.ts';
import { openMachine } from '../../../../src/run/cell/machine.ts';
import type { PreparedCell } from '../../../../src/run/cell/prepare.ts';
import { createInputs, type PassInputs } from '../../../../src/run/passes/inputs.ts';
import { whyNotReusable } from '../../../../src/run/passes/reusable.ts';
import { findProgram } from '../../../../src/sys/programs.ts';
import { makeCase, makeKernel } from '../../matrix/sample.ts';

const signal = new AbortController().signal;
const archs = await loadArchs();
const qemu = findProgram('qemu-system-x86_64');

const folder = await mkdtemp(join(tmpdir(), 'kit-test-inputs-'));
const cache = join(folder, 'cache');
beforeAll(async () => {
  await mkdir(join(cache, 'entries/kernel/k1'), { recursive: true });
  for (const name of ['bzImage', 'System.map', 'code.fd', 'vars.fd', 'cache/entries/kernel/k1/vmlinuz']) await writeFile(join(folder, name), name);
});
afterAll(() => rm(folder, { recursive: true }));

const cellOf = (file: object = {}, kernel: Partial<Cell['kernel']> = {}, arch = 'x86_64'): Cell => {
  const [cell] = cellsOf(makeCase('boot', { run: { command: ['true'] }, ...file }), { ...makeKernel('6.1'), ...kernel }, archs.find(({ name }) => name === arch) as Cell['arch']);
  if (cell === undefined) throw new Error('no cell');
  return cell;
};

const preparedBy = (more: Partial<PreparedCell> = {}): PreparedCell => ({
  kernel: { name: '6.1', arch: 'x86_64', release: '6.1.0', digest: `sha256:${'1'.repeat(64)}`, image: join(folder, 'bzImage'), origin: 'here' },
  symbols: undefined,
  image: { segments: [{ path: join(cache, 'entries/segment/s/segment.cpio'), digest: 'sha256:s', bytes: 1000 }], cmdline: [], digest: `sha256:${'2'.repeat(64)}`, unpackedBytes: 1000, sources: [] },
  initrd: join(cache, 'entries/segment/s/segment.cpio'), medium: undefined, runnerFiles: undefined, ports: [], drives: [], waits: true, ...more,
});
const { kernel, image } = preparedBy();

interface Asked {
  readonly cell?: Cell;
  readonly prepared?: PreparedCell;
  readonly config?: HarnessConfig;
  readonly cacheRoot?: string;
}

function inputsOf({ cell = cellOf(), prepared = preparedBy(), config = {}, cacheRoot = cache }: Asked = {}): Promise<PassInputs> {
  const harness = HarnessSchema.parse(config);
  const machine = openMachine({ harness, accel: 'tcg', cacheRoot, progress: { notice: (message) => expect.fail(message), download: () => undefined } });
  return createInputs({ machine, harness, cacheRoot })(cell, prepared, signal);
}
const keyOf = async (asked?: Asked): Promise<string> => (await inputsOf(asked)).key;

describe.runIf(qemu !== undefined)('the key of a pass', () => {
  const firmware = (name: string) => ({ name: 'raw-efi' as const, path: join(cache, 'entries/medium/m/medium'), firmware: { code: join(folder, name), vars: join(folder, 'vars.fd') } });

  it.each<[string, () => Asked]>([
    ['another kernel', () => ({ prepared: preparedBy({ kernel: { ...kernel, digest: `sha256:${'9'.repeat(64)}` } }) })],
    ['another release of it', () => ({ prepared: preparedBy({ kernel: { ...kernel, release: '6.1.1' } }) })],
    ['another file of it in the cache', () => ({ prepared: preparedBy({ kernel: { ...kernel, image: join(cache, 'entries/kernel/k1/vmlinuz') } }) })],
    ['symbols', () => ({ prepared: preparedBy({ kernel: { ...kernel, symbols: { path: join(folder, 'System.map'), shown: 'x' } } }) })],
    ['arguments of the kernel', () => ({ cell: cellOf({}, { cmdline: ['quiet'] }) })],
    ['arguments of the case', () => ({ cell: cellOf({ cmdline: ['quiet'] }) })],
    ['arguments of the image', () => ({ prepared: preparedBy({ image: { ...image, cmdline: ['quiet'] } }) })],
    ['another image', () => ({ prepared: preparedBy({ image: { ...image, digest: `sha256:${'9'.repeat(64)}` } }) })],
    ['an image without our init', () => ({ prepared: preparedBy({ waits: false }) })],
    ['an image that needs more memory', () => ({ prepared: preparedBy({ image: { ...image, unpackedBytes: 1024 ** 3 } }) })],
    ['a drive', () => ({ prepared: preparedBy({ drives: [{ path: join(cache, 'entries/drive/d1'), serial: 'drive0' }] }) })],
    ['a port', () => ({ prepared: preparedBy({ ports: [80] }) })],
    ['a medium', () => ({ prepared: preparedBy({ medium: firmware('code.fd') }) })],
    ['another firmware for it', () => ({ prepared: preparedBy({ medium: firmware('bzImage') }) })],
    ['another name of the cell', () => ({ cell: { ...cellOf(), id: 'boot/6.1/x86_64/raw-efi' } })],
    ['another architecture', () => ({ cell: cellOf({}, {}, 'aarch64') })],
    ['what is expected', () => ({ cell: { ...cellOf(), case: { ...cellOf().case, expect: [{ ordered: false, protocol: 'ktap', results: { min: 2 } }] as never } } })],
    ['time limits of the case', () => ({ cell: cellOf({ timeouts: { silence: '7s' } }) })],
    ['time limits of the project', () => ({ config: { timeouts: { silence: '7s' } } })],
    ['how they are stretched', () => ({ config: { tcgScale: 7 } })],
    ['a failure that is known here', () => ({ cell: cellOf({ known: [{ kernel: '6.1', reason: 'x' }] }) })],
    ['one that the project knows', () => ({ config: { known: [{ case: 'boot', reason: 'x' }] } })],
    ['the time after the decision', () => ({ config: { graceAfterDecision: '1s' } })],
  ])('is another one for %s', async (_, other) => {
    expect(await keyOf(other())).not.toBe(await keyOf());
    expect(await keyOf(other())).toBe(await keyOf(other()));
  });

  it.each<[string, () => Asked]>([
    ['where the project lies', () => ({ cell: { ...cellOf(), case: { ...cellOf().case, dir: '/else', file: '/else/case.yaml' } } })],
    ['what the case is called for people', () => ({ cell: cellOf({ summary: 'else', labels: ['a'], retries: 3 }) })],
    ['a failure that is known elsewhere', () => ({ cell: cellOf({ known: [{ kernel: '5.*', reason: 'x' }] }), config: { known: [{ case: 'net', reason: 'x' }] } })],
    ['how runs are shown', () => ({ config: { reporters: ['tap'], concurrency: 7, retries: 2, output: 'x' } })],
    ['a copy of a file', () => ({ prepared: preparedBy({ kernel: { ...kernel, image: join(folder, 'copy') } }) })],
  ])('is the same whatever is said of %s', async (_, other) => {
    await copyFile(join(folder, 'bzImage'), join(folder, 'copy'));
    expect(await keyOf(other())).toBe(await keyOf());
  });

  it('is another one once a file outside of the cache holds something else, and the pass of a run in which it changed is not kept', async () => {
    const path = join(folder, 'mine');
    const prepared = preparedBy({ kernel: { ...kernel, image: path } });
    await writeFile(path, 'one');
    const before = await inputsOf({ prepared });
    expect(await before.unchanged()).toBe(true);
    await writeFile(path, 'two');
    expect(await before.unchanged()).toBe(false);
    expect(await keyOf({ prepared })).not.toBe(before.key);
    await writeFile(path, 'one');
    await utimes(path, 1, 1);
    expect(await keyOf({ prepared })).toBe(before.key);
    expect(await before.unchanged()).toBe(false);
    await rm(path);
    expect(await before.unchanged()).toBe(false);
  });

  it('is another one for another build of QEMU, and the pass of a run in which that changed is not kept', async () => {
    const harness = HarnessSchema.parse({});
    const machine = openMachine({ harness, accel: 'tcg', cacheRoot: cache, progress: { notice: (message) => expect.fail(message), download: () => undefined } });
    const own = join(folder, 'qemu');
    await copyFile(qemu ?? '', own);
    const inputs = (path: string): Promise<PassInputs> => createInputs({ machine: { ...machine, qemu: async (arch) => ({ ...(await machine.qemu(arch, signal)), path }) }, harness, cacheRoot: cache })(cellOf(), preparedBy(), signal);
    const before = await inputsOf();
    expect((await inputs(qemu ?? '')).key).toBe(before.key);
    await writeFile(own, '\0', { flag: 'a' });
    const after = await inputs(own);
    expect(after.key).not.toBe(before.key);
    await writeFile(own, '\0', { flag: 'a' });
    expect(await after.unchanged()).toBe(false);
    expect((await inputs(own)).key).not.toBe(after.key);
  });
});

describe('a pass', () => {
  it.each<[string, object, HarnessConfig, string | undefined]>([
    ['is used again', {}, {}, undefined],
    ['is used again where the guest is asked over its network', { probe: [{ http: { port: 80 } }, { tcp: { port: 1, dialogue: [{ expect: 'x' }] } }] }, {}, undefined],
    ['is not used again where a program of this machine had a say', { probe: [{ http: { port: 80 } }, { command: ['./ask'] }] }, {}, 'a program of this machine'],
    ['is not used again where something else than QEMU booted', {}, { runner: { type: 'exec', command: ['./boot'] } }, 'a command of the project'],
    ['is not used again where a script of this machine is all there is', { run: undefined, script: './t.sh' }, {}, 'a script of this machine'],
    ['is used again where that boots another architecture', {}, { runner: { type: 'exec', command: ['./boot'], arch: ['arm'] } }, undefined],
    ['is not used again where it fails sometimes', { known: [{ reason: 'race', sometimes: true }] }, {}, 'sometimes'],
    ['is not used again where the project says so', {}, { known: [{ kernel: '6.*', reason: 'race', sometimes: true }] }, 'sometimes'],
    ['is used again where that is said of others', { known: [{ kernel: '5.*', reason: 'race', sometimes: true }] }, {}, undefined],
  ])('%s', (_, file, config, why) => {
    const found = whyNotReusable(cellOf(file), HarnessSchema.parse(config));
    if (why === undefined) expect(found).toBeUndefined();
    else expect(found).toContain(why);
  });
});
