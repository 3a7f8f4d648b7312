// Gathers what the pass of a prepared cell rests on. Files in the cache are named by what made them; others by their content, and by stamps that
// tell whether they changed while the cell ran.
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { arch as hostArch, cpus, release } from 'node:os';
import { relative } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { graceOf } from '../../config/resolve.ts';
import { knownFailures } from '../../matrix/known.ts';
import type { Accel } from '../../model/arch.ts';
import type { Cell } from '../../model/cell.ts';
import type { MediumFile } from '../../boot/devices.ts';
import { qemuBuild } from '../../boot/qemu-build.ts';
import { hostMemo } from '../cell/machine.ts';
import type { PreparedCell } from '../cell/prepare.ts';
import { once } from '../once.ts';
import { ownCode } from '../own-code.ts';
import type { Pipeline } from '../pipeline.ts';
import { passKey, sayingOf, sayingOfProject } from './key.ts';

export interface PassInputs {
  readonly key: string;
  /** Whether the files that are not in the cache are still those that made the key. */
  unchanged(): Promise<boolean>;
}

export type InputsOf = (cell: Cell, prepared: PreparedCell, signal: AbortSignal) => Promise<PassInputs>;

export function createInputs({ machine, harness, cacheRoot }: Pick<Pipeline, 'machine' | 'harness' | 'cacheRoot'>): InputsOf {
  const memo = hostMemo(cacheRoot);
  const contents = new Map<string, Promise<string>>();
  const builds = new Map<string, Promise<string>>();
  // Read while the first cells are made ready; what goes wrong with it is told when it is wanted.
  ownCode().catch(() => undefined);
  return async (cell, prepared, signal) => {
    const stamps = new Map<string, string>();
    const nameOf = async (path: string): Promise<string> => {
      const inCache = relative(cacheRoot, path);
      if (!inCache.startsWith('..')) return `cache:${inCache}`;
      const stamp = await stampOf(path);
      stamps.set(path, stamp);
      const key = `${path} ${stamp}`;
      return once(contents, key, () => contentOf(path));
    };
    const { accel } = await machine.plan(cell, prepared, signal);
    const qemu = await machine.qemu(cell.arch, signal);
    const build = once(builds, cell.arch.name, () => qemuBuild(qemu, memo, signal));
    stamps.set(qemu.path, await stampOf(qemu.path));
    const { kernel, image, medium, drives, waits } = prepared;
    const named: PreparedCell = {
      ...prepared,
      kernel: { ...kernel, image: await nameOf(kernel.image) },
      initrd: image.digest,
      medium: medium && (await namedMedium(medium, nameOf)),
      drives: await Promise.all(drives.map(async (drive) => ({ ...drive, path: await nameOf(drive.path) }))),
    };
    const key = passKey({
      kitTest: await ownCode(),
      qemu: await build,
      host: hostOf(accel),
      plan: await machine.planWith(cell, named, accel, signal),
      kernel: { digest: kernel.digest, release: kernel.release, ...(kernel.symbols === undefined ? {} : { symbols: await nameOf(kernel.symbols.path) }) },
      image: image.digest,
      waits,
      case: sayingOf(cell.case),
      harness: sayingOfProject(harness),
      known: knownFailures(cell, harness.known),
      graceMs: graceOf(harness),
    });
    return {
      key,
      async unchanged() {
        for (const [path, stamp] of stamps) if ((await stampOf(path).catch(() => '')) !== stamp) return false;
        return true;
      },
    };
  };
}

async function namedMedium(medium: MediumFile, nameOf: (path: string) => Promise<string>): Promise<MediumFile> {
  const { firmware } = medium;
  return { ...medium, path: await nameOf(medium.path), firmware: firmware && { code: await nameOf(firmware.code), vars: await nameOf(firmware.vars) } };
}

/** Hardware gives a guest its own CPU, and the host's kernel has a part in it. An emulated one is the same everywhere. */
const hostOf = (accel: Accel): readonly string[] => (accel === 'tcg' ? [hostArch()] : [hostArch(), release(), cpus()[0]?.model ?? '']);

async function stampOf(path: string): Promise<string> {
  const { dev, ino, size, mtimeNs, ctimeNs } = await stat(path, { bigint: true });
  return [dev, ino, size, mtimeNs, ctimeNs].join(' ');
}

async function contentOf(path: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  return `sha256:${hash.digest('hex')}`;
}
