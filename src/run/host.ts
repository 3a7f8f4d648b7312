// Facts about this machine for the report and for choosing how many guests boot at once.
import { arch, availableParallelism, cpus, freemem, platform, release, totalmem } from 'node:os';
import type { Cell } from '../model/cell.ts';
import type { RunReport } from '../model/report.ts';
import { usualMemory } from '../boot/memory.ts';
import type { Machine } from './cell/machine.ts';
import { overheadBytes } from './cell/memory-gate.ts';

export function describeHost(qemu: Readonly<Record<string, string>>): RunReport['host'] {
  return { os: `${platform()} ${release()}`, arch: arch(), cpus: cpus().length, memoryBytes: totalmem(), node: process.versions.node, qemu };
}

/** Guests at once: one for each CPU that this process may use, fewer where memory is short. Guests that turn out larger wait. */
export function defaultConcurrency(cells: readonly Cell[]): number {
  const largest = Math.max(usualMemory, ...cells.map((cell) => cell.case.memory ?? usualMemory));
  const byMemory = Math.floor((0.8 * freemem()) / (largest + overheadBytes));
  return Math.max(1, Math.min(availableParallelism(), byMemory));
}

/** Versions of the QEMUs a run will use; one that is missing is told by its cells. */
export async function qemuVersions(machine: Machine, cells: readonly Cell[], signal: AbortSignal): Promise<Readonly<Record<string, string>>> {
  const archs = new Map(cells.filter(({ skip }) => skip === undefined).map(({ arch }) => [arch.name, arch]));
  const versions = await Promise.all([...archs.values()].map(async (arch) => [arch.name, await machine.qemu(arch, signal).then(({ version }) => version, () => undefined)] as const));
  return Object.fromEntries(versions.flatMap(([name, version]) => (version === undefined ? [] : [[name, version]])));
}
