// Which firmware images this machine has for an architecture: looked for where distributions put them.
import { access } from 'node:fs/promises';
import type { Arch, FirmwareImages } from '../model/arch.ts';
import type { Limits } from '../model/boot.ts';
import type { BootMedium } from '../model/case.ts';
import { HarnessError } from '../model/errors.ts';
import { firmwareOf } from '../model/medium.ts';

/**
 * The images that boot a medium; undefined where QEMU brings the firmware, or none is needed.
 * @throws HarnessError `FIRMWARE_NOT_FOUND`.
 */
export async function findFirmware(arch: Arch, medium: BootMedium): Promise<FirmwareImages | undefined> {
  const kind = firmwareOf(medium);
  const facts = kind === undefined ? undefined : arch.firmware[kind];
  if (facts === undefined || facts.images.length === 0) return undefined;
  for (const images of facts.images) if ((await isThere(images.code)) && (await isThere(images.vars))) return images;
  throw new HarnessError('FIRMWARE_NOT_FOUND', `cannot boot ${arch.name} from ${medium}: there is no ${kind === 'bios' ? 'BIOS' : 'UEFI'} firmware on this machine`, {
    ...(facts.package === undefined ? {} : { hint: `sudo apt-get install -y --no-install-recommends ${facts.package}` }),
  });
}

/** Limits of a boot, longer by what the firmware takes before the kernel says a word. */
export function withFirmware(limits: Limits, arch: Arch, medium: BootMedium, scale: number): Limits {
  const kind = firmwareOf(medium);
  const extra = Math.round((kind === undefined ? 0 : (arch.firmware[kind]?.startMs ?? 0)) * scale);
  return { bootMs: limits.bootMs + extra, silenceMs: limits.silenceMs, totalMs: limits.totalMs + extra };
}

const isThere = (path: string): Promise<boolean> => access(path).then(() => true, () => false);
