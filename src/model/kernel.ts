// A kernel as it is asked for (kernels/NAME.yaml) and as it is once its files are on this machine.
import * as z from 'zod';

const perArch = <T extends z.ZodType>(value: T) =>
  z.union([value, z.record(z.string(), value)]).describe('one value, or one for each architecture');

/** One or several words of a kernel command line. */
export const KernelArgument = z.string().regex(/^[^\0\r\n]+$/, 'expected kernel arguments on one line');

const AptSource = z
  .strictObject({
    type: z.literal('apt'),
    suite: z.string().describe('Debian suite, such as bookworm or sid'),
    package: perArch(z.string().min(1)).describe('kernel package: a metapackage follows its series'),
    mirror: z.url().optional().describe("archive to read; default: the one of this machine's apt configuration"),
  })
  .describe('a kernel from a distribution package, fetched by the apt client of this machine');

const FileSource = z
  .strictObject({
    type: z.literal('file'),
    path: perArch(z.string().min(1)).describe('kernel image, relative to this file'),
    config: perArch(z.string().min(1)).optional().describe('its Kconfig file'),
    modules: perArch(z.string().min(1)).optional().describe('folder of its modules: lib/modules/RELEASE'),
  })
  .describe('a kernel that lies on this machine');

const digestText = 'expected 64 lower-case hexadecimal digits';

const Remote = z.strictObject({
  url: z.url({ protocol: /^https?$/, error: 'expected an http or https URL' }).describe('address of the file'),
  sha256: z.string(digestText).regex(/^[0-9a-f]{64}$/, digestText).describe('SHA-256 of the file'),
});

const UrlSource = z
  .strictObject({
    type: z.literal('url'),
    kernel: perArch(Remote),
    config: perArch(Remote).optional(),
    modules: perArch(Remote).optional().describe('a tar archive (also gzip, xz, zstd) that holds lib/modules/RELEASE'),
  })
  .describe('a kernel downloaded from a web server');

const OciSource = z
  .strictObject({
    type: z.literal('oci'),
    image: perArch(z.string().min(1)).describe('image that holds the kernel, as in image.yml: of LinuxKit, cilium ci-kernels, little-vm-helper, or with boot/vmlinuz'),
    kernel: z.string().min(1).optional().describe('path of the kernel in the image; default: found'),
    tar: z.string().optional().describe("archive of modules in the image, as LinuxKit's; default: kernel.tar where there is one"),
  })
  .describe('a kernel from a container image');

const SymbolsPlace = z.union([z.string().min(1), Remote]);

export const KernelSourceSchema = z.discriminatedUnion('type', [AptSource, FileSource, UrlSource, OciSource]);
export type KernelSource = z.infer<typeof KernelSourceSchema>;

/** kernels/NAME.yaml */
export const KernelFileSchema = z
  .strictObject({
    summary: z.string().optional().describe('what this kernel is, one line'),
    release: z.string('expected a kernel version in quotes, such as "6.12", "6.12.9" or "7.x"').regex(/^\d{1,6}(\.\d{1,6}){0,3}(-rc\d{1,6}|\.x)?$/, 'expected a kernel version such as "6.12", "6.12.9" or "7.x"').describe('version or series, for `needs` and ordering'),
    labels: z.array(z.string().min(1)).default([]).describe('such as unstable: never the default kernel'),
    arch: z.array(z.string()).min(1).optional().describe('architectures this kernel exists for; default: all its source names'),
    symbols: z.union([SymbolsPlace, z.record(z.string(), SymbolsPlace)]).optional().describe('System.map, a copy of /proc/kallsyms or vmlinux of this kernel, also compressed: names the addresses in its crash reports. A path relative to this file, or `url` and `sha256`'),
    cmdline: z.array(KernelArgument).default([]).describe('further kernel arguments'),
    source: KernelSourceSchema.describe('where its files come from'),
  })
  .describe('where a kernel comes from');
export type KernelFile = z.infer<typeof KernelFileSchema>;

/** An entry of `kernels/`; its name is the file's name without the ending. */
export interface KernelSpec extends KernelFile {
  readonly name: string;
  /** Absolute path of the YAML file; relative paths of the source count from its folder. */
  readonly file: string;
}

/** A kernel whose files are on this machine. All paths are absolute. */
export interface Kernel {
  /** Name of its KernelSpec. */
  readonly name: string;
  readonly arch: string;
  /** What `uname -r` will say, read from the kernel itself; the spec's release where it cannot be read. */
  readonly release: string;
  /** Identity of everything below: `sha256:…`. Equal digests boot the same bytes. */
  readonly digest: string;
  /** Kernel file that QEMU can load: already unpacked where it was gzip or EFI zboot. */
  readonly image: string;
  /** Its Kconfig file (`CONFIG_X=y` lines). */
  readonly config?: string;
  /** Folder `…/RELEASE` with `kernel/….ko*`, `modules.dep`, `modules.alias`, `modules.softdep`, `modules.builtin`. */
  readonly modules?: string;
  /** System.map, /proc/kallsyms or vmlinux, not compressed; `shown` is its name for people. */
  readonly symbols?: { readonly path: string; readonly shown: string };
  /** One line for people: `linux-image-6.1.0-50-cloud-amd64 6.1.176-1 (Debian bookworm)`. */
  readonly origin: string;
}
