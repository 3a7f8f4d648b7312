// Finds what a reference stands for without asking whether the image runs on the architecture: LinuxKit does not ask
// either. Which manifest is taken of an index is decided later, from what the reference names.
import { HarnessError } from '../../model/errors.ts';
import type { WantedPlatform } from '../../oci/platform.ts';
import type { Source } from '../../source/source.ts';

const others: readonly WantedPlatform[] = [
  { architecture: 'amd64' }, { architecture: 'arm64' }, { architecture: 'arm', variant: 'v7' }, { architecture: 'arm', variant: 'v6' }, { architecture: 'arm', variant: 'v5' },
  { architecture: '386' }, { architecture: 'riscv64' }, { architecture: 's390x' }, { architecture: 'ppc64le' },
];

/** `resolve` finds the source for a platform; others are tried only where it refuses the image for the wanted one. */
export async function compatSource(wanted: WantedPlatform, resolve: (platform: WantedPlatform) => Promise<Source>): Promise<Source> {
  try {
    return await resolve(wanted);
  } catch (error) {
    if (!isPlatformError(error)) throw error;
    for (const platform of others) {
      try {
        return await resolve(platform);
      } catch (other) {
        if (!isPlatformError(other)) throw other;
      }
    }
    throw error;
  }
}

const isPlatformError = (error: unknown): boolean => error instanceof HarnessError && error.code === 'IMAGE_PLATFORM';
