// Options that several commands share, and how they become data.
import { type Command, InvalidArgumentError, Option } from 'commander';
import { startModes } from '../model/start.ts';
import { Age, Duration, Size } from '../model/units.ts';

/** Receives what the process should end with. */
export type SetExitCode = (code: number) => void;

export interface SelectionOptions {
  readonly case?: readonly string[] | undefined;
  readonly kernel?: readonly string[] | undefined;
  readonly arch?: readonly string[] | undefined;
  readonly label?: readonly string[] | undefined;
  readonly medium?: readonly string[] | undefined;
}

export interface ProjectOptions {
  readonly config?: string;
}

/** `--x a,b --x c` → a, b, c. */
export const collect = (value: string, before: readonly string[] | undefined): readonly string[] => [
  ...(before ?? []),
  ...value.split(',').map((part) => part.trim()).filter((part) => part !== ''),
];

export function addSelectionOptions(command: Command): Command {
  return command
    .option('--case <glob>', 'select cases; repeatable, !glob leaves out', collect)
    .option('--kernel <glob>', 'select kernels', collect)
    .option('--arch <glob>', 'select architectures (QEMU, OCI and Debian names)', collect)
    .option('--label <glob>', 'select cases by label', collect)
    .option('--medium <glob>', 'select boot media of cases that have several', collect);
}

export function addChangedOption(command: Command): Command {
  return command.option('--changed [ref]', 'only cells whose case, image or kernel has changed since HEAD left this commit (default: the branch that this one is to go into)');
}

export function addProjectOptions(command: Command): Command {
  return command.option('--config <file>', 'configuration file (default: harness.config.ts here or above)');
}

/** How one guest runs and starts; `next` is what comes after a first one. */
export function addGuestOptions(command: Command, next: string): Command {
  return command
    .addOption(new Option('--accel <accel>', 'how the guest runs').choices(['auto', 'kvm', 'hvf', 'tcg']))
    .addOption(new Option('--boot <mode>', `how the guest starts: cold boots, warm goes on from a guest that has booted, auto does so from the second ${next} on`).choices(startModes.filter((mode) => mode !== 'both')));
}

export function addKernelLockOptions(command: Command): Command {
  return command.option('--frozen', 'use exactly what kit-test.lock pins, or fail').option('--offline', 'use only what the cache holds, or fail');
}

export function wholeNumber(value: string): number {
  if (!/^\d+$/.test(value)) throw new InvalidArgumentError('expected a whole number.');
  return Number(value);
}

export function positiveNumber(value: string): number {
  const number = wholeNumber(value);
  if (number === 0) throw new InvalidArgumentError('expected a whole number from 1.');
  return number;
}

export function duration(value: string): number {
  const parsed = Duration.safeParse(value);
  if (!parsed.success) throw new InvalidArgumentError('expected a duration such as 90s or 2m.');
  return parsed.data;
}

export function age(value: string): number {
  const parsed = Age.safeParse(value);
  if (!parsed.success) throw new InvalidArgumentError('expected a time such as 90m, 12h or 30d.');
  return parsed.data;
}

/** With a unit: who means 3G and types 3 must not get three bytes. */
export function size(value: string): number {
  const parsed = Size.safeParse(value);
  if (!parsed.success) throw new InvalidArgumentError('expected a size such as 512M or 10G.');
  return parsed.data;
}
