// One boot under observation: console to the file and to the judge at once, and the guest ended when it has said all.
import { join } from 'node:path';
import type { BootPlan, BootResult } from '../model/boot.ts';
import type { Case } from '../model/case.ts';
import type { Attempt } from '../model/report.ts';
import { qemuCommand } from '../boot/command.ts';
import { openConsoleFile } from '../boot/console-file.ts';
import { startVm } from '../boot/vm.ts';
import { createWatch } from '../console/watch.ts';
import { writeFileAtomic } from '../sys/fs.ts';
import { excerptAround } from '../verdict/excerpt.ts';
import { judge } from '../verdict/judge.ts';

export interface ObserveOptions {
  /** The run folder, and the files of this attempt relative to it. */
  readonly folder: string;
  readonly files: { readonly console: string; readonly qemuCmd: string };
  readonly consoleLimit: number;
  /** How long a guest may go on once its verdict is certain: to power off, or to print the rest of a crash. */
  readonly graceMs: number;
  /** Console bytes as they come, for who wants to show them. */
  readonly onConsole?: ((chunk: Uint8Array) => void) | undefined;
}

export type ObservedBoot = Pick<Attempt, 'verdict' | 'results' | 'excerpt'> & {
  readonly boot: BootResult;
  readonly accel: BootPlan['accel'];
  readonly console: string;
  readonly qemuCmd: string;
};

/** Boots a plan to its end and judges what the guest said. */
export async function observeBoot(plan: BootPlan, expect: Case['expect'], options: ObserveOptions, signal: AbortSignal): Promise<ObservedBoot> {
  const { folder, files } = options;
  const watch = createWatch(expect);
  const file = await openConsoleFile(join(folder, files.console), options.consoleLimit);
  let grace: NodeJS.Timeout | undefined;
  await using vm = startVm(plan, {
    signal,
    onConsole(chunk) {
      file.write(chunk);
      options.onConsole?.(chunk);
      const { userspace, decided } = watch.push(chunk);
      if (userspace) vm.userspaceSeen();
      // Output after the decision can take it back: the clock stops, and starts anew with the next decision.
      if (!decided) {
        clearTimeout(grace);
        grace = undefined;
      } else grace ??= setTimeout(() => vm.stop('decided'), options.graceMs).unref();
    },
  });
  // Written while the guest boots: it costs the start nothing.
  await writeFileAtomic(join(folder, files.qemuCmd), `${qemuCommand(plan)}\n`);
  const boot = await vm.exit;
  clearTimeout(grace);
  await file.close();
  const seen = watch.end();
  const { verdict, results } = judge({ expect, findings: seen.findings, boot, seen });
  const excerpt = verdict.kind === 'pass' ? [] : watch.excerpt(excerptAround(verdict));
  return { verdict, results, excerpt, boot, accel: plan.accel, console: files.console, qemuCmd: files.qemuCmd };
}
