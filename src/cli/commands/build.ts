// `kit-test build`: LinuxKit YAML to files that boot. Flags are those of `linuxkit build` where it has them.
import { type Command, Option } from 'commander';
import type { BuildCommandOptions } from '../actions/build.ts';
import { addKernelLockOptions, addProjectOptions, collect, type SetExitCode } from '../options.ts';

export function addBuild(program: Command, setExitCode: SetExitCode): void {
  const command = program
    .command('build')
    .summary('make bootable files of LinuxKit YAML')
    .description('Build a kernel, a root file system and a command line of one or several LinuxKit YAML files (http(s) addresses and - for standard input too) and write them in the formats asked for. Needs no project, no root and no container engine.')
    .argument('<file...>', 'LinuxKit YAML; several are merged, from left to right')
    .option('--arch <arch>', 'architecture to build for (default: that of this machine)')
    .option('-f, --format <name>', 'formats, such as kernel+initrd, tar, iso-efi, qcow2-bios (default: outputs: of the YAML, else kernel+initrd)', collect)
    .option('--name <name>', 'name of the files (default: that of the last YAML file)')
    .option('--dir <dir>', 'folder of the files (default: here)')
    .option('--o <file>', 'write one format, which must be a single file, here; - is standard output (default format: tar)')
    .option('--layout <dir>', 'OCI layout to look up images of registries in first, such as LinuxKit\'s cache folder')
    .option('--kernel <name>', 'a kernel of kernels/ instead of the one the YAML names')
    .option('--module <name>', 'with --kernel: modules of it to put into the image', collect)
    .option('--sbom', 'put what the images say of their contents into /sbom.spdx.json')
    .addOption(new Option('--compat <builder>', 'repeat another builder to the byte (formats tar, kernel+initrd)').choices(['linuxkit']))
    .option('--dry-run', 'print the merged YAML, build nothing')
    .option('--json', 'print what was built as JSON');
  // Flags of `linuxkit build` that have nothing to change here: scripts that have them go on working.
  for (const flags of ['--no-sbom', '--pull', '--docker', '--decompress-kernel']) command.addOption(new Option(flags).hideHelp());
  command.addOption(new Option('--size <size>').hideHelp());
  addKernelLockOptions(addProjectOptions(command))
    .addHelpText('after', `
Examples:
  kit-test build linuxkit.yml                            linuxkit-kernel, linuxkit-initrd.img, linuxkit-cmdline
  kit-test build base.yml app.yml --format iso-efi,tar --dir out
  kit-test build app.yml --kernel 6.12 --arch aarch64    on a kernel of kernels/
  kit-test build app.yml --layout ~/.linuxkit/cache      images that linuxkit has already
  cat app.yml | kit-test build --o - - | tar t
`)
    .action(async (files: string[], options: BuildCommandOptions) => {
      const { buildCommand } = await import('../actions/build.ts');
      setExitCode(await buildCommand(files, options));
    });
}
