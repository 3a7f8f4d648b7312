// The runner of a project: which cells a command of the user's boots instead of QEMU, and that command with its words
// replaced by what was built for a cell.
import { createHash } from 'node:crypto';
import { resolve } from 'node:path';
import type { Arch } from '../../model/arch.ts';
import type { Limits } from '../../model/boot.ts';
import type { Cell } from '../../model/cell.ts';
import { HarnessError } from '../../model/errors.ts';
import { runnerWords, type Harness, type RunnerSpec, type RunnerWord } from '../../model/harness.ts';
import { quoteWord } from '../../model/shell.ts';
import type { CommandPlan } from '../../boot/command-runner.ts';

/** The command that boots an architecture; undefined where QEMU does. */
export function runnerFor({ runner }: Pick<Harness, 'runner'>, arch: Arch): RunnerSpec | undefined {
  if (runner?.arch === undefined) return runner;
  return [arch.name, ...arch.aliases].some((name) => runner.arch?.includes(name)) ? runner : undefined;
}

/** Why a runner cannot boot a cell; undefined where it can. */
export function unfitForRunner({ medium, case: { drives } }: Cell, { format }: RunnerSpec, ports: readonly number[]): string | undefined {
  if (medium !== defaultFormat && medium !== format) return `the runner boots ${format}, not ${medium}`;
  if (ports.length > 0) return `its probes ask ports of the guest (${ports.join(', ')}), to which only QEMU gives a way, not the runner`;
  return drives.length > 0 ? 'it has drives, which only QEMU gives to a guest, not the runner' : undefined;
}

/** What was built for a cell: text by the word that stands for it. */
export type RunnerValues = Readonly<Partial<Record<RunnerWord, string>>>;

/** The format that needs nothing written: the files lie in the cache. */
export const defaultFormat = 'kernel+initrd';

/** Which word stands for which file: a disk or ISO is `image`. */
export function valuesOfFiles(paths: readonly string[], usual: { readonly kernel: string; readonly initrd: string }): RunnerValues {
  const [image] = paths;
  return image === undefined ? usual : { image };
}

export interface RunnerPlace {
  /** Folder of harness.config.ts. */
  readonly root: string;
  readonly limits: Limits;
}

/**
 * The command of an attempt.
 * @throws HarnessError `RUNNER_FILE_MISSING` for a word that the runner's format gives nothing for.
 */
export function planCommand(runner: RunnerSpec, values: RunnerValues, place: RunnerPlace): CommandPlan {
  const fill = (words: readonly string[]): readonly string[] => {
    const [file = '', ...args] = words.map((word) => fillWords(word, values, runner.format));
    // A path counts from the project; any other name is looked for on PATH.
    return [file.includes('/') ? resolve(place.root, file) : file, ...args];
  };
  return {
    command: fill(runner.command),
    cleanup: runner.cleanup && fill(runner.cleanup),
    cleanupMs: runner.cleanupTimeout,
    cwd: place.root,
    env: Object.fromEntries(Object.entries(values).map(([word, value]) => [`KIT_TEST_${word.toUpperCase()}`, value])),
    limits: place.limits,
    graceMs: 5000,
  };
}

/** The line that does by hand what the runner did; nothing of this process's environment is in it. */
export function runnerCommand({ command, env, cwd }: CommandPlan): string {
  return ['cd', quoteWord(cwd), '&&', ...Object.entries(env).map(([name, value]) => `${name}=${quoteWord(value)}`), ...command.map(quoteWord)].join(' ');
}

/** A name for what the runner makes for an attempt: unlike any other's, and one that clouds take (RFC 1035, 63 characters). */
export function attemptName(cell: string, runFolder: string, attempt: number): string {
  const digest = createHash('sha256').update(`${runFolder}\n${cell}\n${attempt}`).digest('hex').slice(0, 8);
  const words = cell.toLowerCase().replace(/[^a-z0-9]+/g, '-').slice(0, 44).replace(/^-+|-+$/g, '');
  return `kit-test-${words}-${digest}`;
}

function fillWords(text: string, values: RunnerValues, format: string): string {
  return text.replace(/\{([a-z]+)\}/g, (whole, word: string) => {
    if (!isRunnerWord(word)) return whole;
    const value = values[word];
    if (value === undefined) throw new HarnessError('RUNNER_FILE_MISSING', `the runner asks for ${whole}, but the format ${format} makes no such file`, { hint: 'choose another runner.format, or take the word out of the command' });
    return value;
  });
}

const isRunnerWord = (word: string): word is RunnerWord => (runnerWords as readonly string[]).includes(word);
