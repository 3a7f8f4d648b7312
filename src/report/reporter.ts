// What a file of src/report/reporters exports, and what a reporter is given.
import type { Writable } from 'node:stream';
import type { Reporter } from '../model/events.ts';
import type { GithubSettings } from '../model/github.ts';
import type { RunReport } from '../model/report.ts';

/** A terminal, a file or a pipe: what is shown depends on which. */
export interface Output extends Pick<Writable, 'write' | 'on' | 'off'> {
  readonly isTTY?: boolean;
  readonly columns?: number;
  readonly rows?: number;
}

export interface ReporterContext {
  /** The run folder, absolute. */
  readonly folder: string;
  /** The project's folder, absolute. */
  readonly root: string;
  /** Paths shown to people are relative to this folder. */
  readonly cwd: string;
  readonly stdout: Output;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly github: GithubSettings;
  /** Tells what a reporter could not do although nothing is wrong with the run; shown when the run has ended. */
  readonly warn: (message: string) => void;
}

/** The default export of a reporter's file; its name is the file's name. */
export interface ReporterModule {
  readonly name: string;
  create(context: ReporterContext): Reporter;
  /** Reporters that are one file of the run folder: its name, and how it is made from a report. */
  readonly file?: string;
  render?(report: RunReport): Promise<string>;
}
