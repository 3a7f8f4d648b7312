// What an architecture has to answer. Each file of src/arch is one such record: data only.

/** Firmware that boots media, and what it takes. */
export interface FirmwareFacts {
  /** From QEMU's start until the boot loader has loaded a kernel, at most, on a fast machine: added to the limits of a boot. */
  readonly startMs: number;
  /** Pairs of flash images, the first that is there is used. None: QEMU brings its own. */
  readonly images: readonly FirmwareImages[];
  /** Debian package that holds the first pair. */
  readonly package?: string;
}

/** The program, and the variables a new machine begins with. */
export interface FirmwareImages {
  readonly code: string;
  readonly vars: string;
}

/** How the guest's instructions are run. */
export type Accel = 'kvm' | 'hvf' | 'tcg';

/** System calls that are made by their numbers; clock_settime takes 64 bits. */
export type CallName = 'openat' | 'read' | 'write' | 'close' | 'ioctl' | 'mount' | 'mkdirat' | 'symlinkat' | 'chdir' | 'chroot' | 'clock_settime' | 'sethostname' | 'syslog' | 'reboot' | 'memfd_create' | 'sendfile' | 'fcntl' | 'exit';

export interface Arch {
  /** The name used everywhere, as `uname -m` of a 64-bit or hard-float kernel says it: `x86_64`, `aarch64`, `arm`. */
  readonly name: string;
  /** Other names people type, taken from QEMU, OCI, Debian and the kernel: `amd64`, `arm64`, `armhf`, `armv7l`. */
  readonly aliases: readonly string[];
  /** Debian's name of the port. */
  readonly debian: string;
  /** Directory name of the C library's libraries on Debian. */
  readonly multiarch: string;
  /** OCI platform (image-spec, `image-index.md`). */
  readonly oci: { readonly architecture: string; readonly variant?: string };
  /** Values of Node's `os.arch()` for hosts that can accelerate this guest. */
  readonly hosts: readonly string[];
  readonly qemu: {
    readonly binary: string;
    /** Debian package that holds the binary. */
    readonly package: string;
    /** Value of `-machine` (without accel) for each accelerator; tcg is the default of the others. */
    readonly machine: { readonly tcg: string; readonly kvm?: string; readonly hvf?: string };
    readonly cpu: { readonly tcg: string; readonly kvm: string; readonly hvf: string };
    /** What TCG's CPU is without besides where QEMU is older than a version, for its emulation has a defect that guests run into. */
    readonly tcgQuirk?: { readonly before: string; readonly without: string };
    /** Bus suffix of virtio devices: `virtio-net-pci` or `virtio-net-device`. */
    readonly virtio: 'pci' | 'device';
    /** QEMU puts the kernel into the guest's memory. Otherwise firmware fetches it, with a ROM of its own that belongs to the machine's state. */
    readonly kernelInMemory?: true;
    /** Where the board's memory starts, for kernels that unpack themselves there: QEMU can be given them unpacked. */
    readonly memoryStart?: number;
  };
  readonly firmware: { readonly bios?: FirmwareFacts; readonly uefi?: FirmwareFacts };
  /** UEFI's short name, as in `BOOTX64.EFI` (UEFI specification, 3.5.1.1), in lower case. */
  readonly efi: string;
  /** QEMU's devices for a CD: the drive comes last, where a controller of its own is needed that comes first. */
  readonly cdrom: readonly string[];
  /** Console device of the guest: `ttyS0`. */
  readonly console: string;
  /** Further kernel arguments every boot of this architecture needs. */
  readonly cmdline: readonly string[];
  /** Bytes of kernel command line that certainly arrive (COMMAND_LINE_SIZE - 1). */
  readonly cmdlineMax: number;
  /** Bytes of a guest's memory that kernel, page tables and CMA keep for themselves, at most. */
  readonly reservedMemory: number;
  /** Bytes of memory that its board can have at most; undefined: as much as the host has. */
  readonly memoryMax?: number;
  /** How a kernel file for QEMU is recognised. */
  readonly kernelFormats: readonly ('bzimage' | 'arm64-image' | 'riscv-image' | 'zimage' | 'elf')[];
  /** `e_machine` of ELF files (System V ABI). */
  readonly elfMachine: number;
  /** What tells where a CPU is and whether it takes interrupts, by the numbers that QEMU's gdbstub gives to registers. */
  readonly registers: {
    /** The program counter. */
    readonly pc: number;
    /** The register that holds the interrupt mask: by its name, where the number depends on QEMU's version. */
    readonly flags: number | string;
    /** That bit as a number, and its value while interrupts are taken. */
    readonly interruptBit: number;
    readonly interruptsWhen: 'set' | 'clear';
    /** The kernel's backtrace of the CPU that answers ends where its interrupt stack begins: only its registers (SysRq p) tell what was interrupted. */
    readonly cutBacktrace?: true;
  };
  /** System calls: of src/guest/calls.ts, which see. */
  readonly calls: {
    readonly bits: 32 | 64;
    /** `e_flags` of an ELF file. */
    readonly flags?: number;
    readonly numbers: Readonly<Record<CallName, number>>;
    /** The machine code of its program, as `as` makes it of src/arch/calls: hexadecimal. */
    readonly code: string;
  };
  /** Factor by which time limits are stretched when the guest runs under TCG. */
  readonly tcgScale: number;
}
