// From a kernel as it is asked for to its files on this machine: the source fetches, then the image is looked at,
// so that a kernel for another architecture is refused before anything boots.
import { open } from 'node:fs/promises';
import { createSingleFlight } from '../cache/single-flight.ts';
import type { Arch } from '../model/arch.ts';
import { HarnessError } from '../model/errors.ts';
import type { Kernel, KernelSpec } from '../model/kernel.ts';
import { inspectKernel, type KernelHeader } from './inspect.ts';
import type { KernelFiles, SourceContext } from './source.ts';
import { loadSource } from './sources.ts';
import { fetchSymbols } from './symbols.ts';

export type ResolverContext = SourceContext;

export type KernelResolver = (spec: KernelSpec, arch: Arch, signal: AbortSignal) => Promise<Kernel>;

/** Enough for every header and for the version line of a bzImage, which lies within its first 64 KiB and a sector. */
const headBytes = 128 * 1024;

/** Creates a resolver; each kernel is resolved once for all who ask. Failures are not remembered. */
export function createKernelResolver(context: ResolverContext): KernelResolver {
  const known = new Map<string, Kernel>();
  const share = createSingleFlight();
  return async (spec, arch, signal) => {
    const key = JSON.stringify([spec.file, spec.name, spec.source, spec.symbols, arch.name]);
    const done = known.get(key);
    if (done !== undefined) return done;
    return share(key, async (shared) => {
      const source = await loadSource(spec.source.type);
      const files = await source.fetch(spec, spec.source, arch, context, shared);
      const header = await look(files);
      const kernel = toKernel(spec, arch, files, header, await fetchSymbols(spec, arch, files, context, shared));
      known.set(key, kernel);
      return kernel;
    }, signal);
  };
}

function toKernel(spec: KernelSpec, arch: Arch, files: KernelFiles, header: KernelHeader, symbols: Kernel['symbols']): Kernel {
  const what = `kernel ${spec.name} (${files.origin})`;
  if (header.format === 'unknown') {
    throw new HarnessError('KERNEL_FORMAT', `${what} is no kernel that is known here: ${files.image}`, { hint: `expected for ${arch.name}: ${arch.kernelFormats.join(', ')}, also inside gzip or EFI zboot` });
  }
  if (header.arch !== undefined && header.arch !== arch.name) {
    throw new HarnessError('KERNEL_WRONG_ARCH', `${what} is a kernel for ${header.arch}, not for ${arch.name}`, { hint: `check what ${spec.file} names for ${arch.name}` });
  }
  const format = header.format;
  if (!arch.kernelFormats.some((accepted) => accepted === format)) {
    throw new HarnessError('KERNEL_FORMAT', `${what} has the format ${format}, which QEMU does not boot on ${arch.name}`, { hint: `expected ${arch.kernelFormats.join(' or ')}` });
  }
  return {
    name: spec.name,
    arch: arch.name,
    release: header.release ?? files.release ?? spec.release,
    digest: files.digest,
    image: files.image,
    ...(files.config === undefined ? {} : { config: files.config }),
    ...(files.modules === undefined ? {} : { modules: files.modules }),
    ...(symbols === undefined ? {} : { symbols }),
    origin: files.origin,
  };
}

/** The header; the whole file is searched for its release only where the source does not know it. */
async function look(files: KernelFiles): Promise<KernelHeader> {
  const handle = await open(files.image);
  try {
    const { size } = await handle.stat();
    const head = Buffer.alloc(Math.min(headBytes, size));
    await handle.read(head, 0, head.length, 0);
    const header = inspectKernel(head);
    const searched = header.format === 'arm64-image' || header.format === 'riscv-image' || header.format === 'elf';
    if (header.release !== undefined || files.release !== undefined || !searched) return header;
    const whole = Buffer.alloc(size);
    await handle.read(whole, 0, size, 0);
    return inspectKernel(whole);
  } finally {
    await handle.close();
  }
}
