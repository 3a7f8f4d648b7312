// Asks a guest that has run out of a limit why it hangs, and keeps what it answers apart from what it said by itself.
import { appendFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Arch } from '../../model/arch.ts';
import type { HangReport, MachineAnswers } from '../../model/hang.ts';
import type { Symbols } from '../../model/symbols.ts';
import type { Vm } from '../../boot/life.ts';
import { readAnswers, type KernelAnswers } from '../../console/hang/answers.ts';
import { explainHang, isExplained } from '../../console/hang/explain.ts';

export interface HangOptions {
  readonly registers: Arch['registers'];
  /** Of a kernel that may print addresses instead of names. */
  readonly symbols?: Symbols | undefined;
  /** The run folder, and the files of the attempt relative to it; that of the screen without its extension. */
  readonly folder: string;
  readonly files: { readonly hang: string; readonly screen: string };
}

export interface HangInquiry {
  /** Takes a console chunk; whether it belongs to the answers. */
  takes(chunk: Uint8Array): boolean;
  /** Asks, when a limit has run out. */
  ask(vm: Vm, userspace: boolean, signal: AbortSignal): Promise<void>;
  /** What it was, once the guest has ended; undefined where nothing was asked. */
  report(consoleBytes: number): Promise<HangReport | undefined>;
}

/** A list of all tasks of a big guest is 1 MB. */
const keptBytes = 4 * 1024 * 1024;

export function openInquiry({ registers, symbols, folder, files }: HangOptions): HangInquiry {
  let asking: Promise<MachineAnswers> | undefined;
  let askedMs = 0;
  let bytes = 0;
  const heard: Buffer[] = [];
  const log = join(folder, files.hang);
  // Written as it comes: of a run that is killed meanwhile the answers stay.
  const note = (text: string | Uint8Array): void => {
    if (bytes < keptBytes) appendFileSync(log, text);
  };
  const answers = (): KernelAnswers => readAnswers(Buffer.concat(heard).toString('utf8'), symbols);
  return {
    takes(chunk) {
      if (asking === undefined) return false;
      note(chunk);
      // The chunk itself is only lent.
      if (bytes < keptBytes) heard.push(Buffer.from(chunk));
      bytes += chunk.length;
      return true;
    },
    async ask(vm, userspace, signal) {
      if (vm.diagnose === undefined) return;
      const startedAt = performance.now();
      writeFileSync(log, '');
      asking = vm.diagnose({ registers, userspace, screenFile: join(folder, files.screen), note, explained: (machine) => isExplained(machine, answers()) }, signal);
      await asking;
      askedMs = performance.now() - startedAt;
    },
    async report(consoleBytes) {
      if (asking === undefined) return undefined;
      const machine = await asking;
      const { screen } = machine;
      return { ...explainHang(machine, answers()), log: files.hang, ...(screen === undefined ? {} : { screen: `${files.screen}.${screen}` }), askedMs, consoleBytes };
    },
  };
}
