// Devices and cgroup limits of a container, as config.json states them: a device is a node and a rule that allows it.
import type { HarnessError } from '../model/errors.ts';
import type { Json } from './json.ts';
import type { ContainerOptions, ResourceOptions } from './options.ts';

type Device = NonNullable<ContainerOptions['devices']>[number];
type Rule = NonNullable<ResourceOptions['devices']>[number];

/** Octal digits of a device's mode; undefined for anything else. */
export function parseMode(text: string | undefined): number | undefined {
  return text !== undefined && /^[0-7]{1,5}$/.test(text) ? Number.parseInt(text, 8) : undefined;
}

/** Device nodes and rules. `path: all` is a rule for every device of its type and makes no node. */
export function nodesAndRules(devices: readonly Device[], rules: readonly Rule[], invalid: (problem: string) => HarnessError): { readonly nodes: readonly Json[]; readonly rules: readonly Json[] } {
  const nodes: Json[] = [];
  const allowed: Json[] = rules.map(({ allow, type, major, minor, access }) => ({ allow, type, major, minor, access }));
  for (const { path, type, major = 0, minor = 0, mode } of devices) {
    if (path === 'all') {
      allowed.push({ allow: true, type, access: 'rwm' });
      continue;
    }
    const fileMode = parseMode(mode);
    if (fileMode === undefined) throw invalid(`the device ${path} needs a mode of octal digits in quotes`);
    nodes.push({ path, type, major, minor, fileMode });
    allowed.push({ allow: true, type, major, minor, access: 'rwm' });
  }
  return { nodes, rules: allowed };
}

/** `linux.resources`. LinuxKit accepts some of these keys and then drops them; here all of them arrive. */
export function resourceLimits(resources: ResourceOptions, rules: readonly Json[]): Json {
  const { memory, cpu, pids, blockio, hugepageLimits, network } = resources;
  return {
    devices: rules.length === 0 ? undefined : rules,
    memory: memory && {
      limit: memory.limit, reservation: memory.reservation, swap: memory.swap, kernel: memory.kernel,
      kernelTCP: memory.kernelTCP, swappiness: memory.swappiness, disableOOMKiller: memory.disableOOMKiller,
    },
    cpu: cpu && {
      shares: cpu.shares, quota: cpu.quota, period: cpu.period, realtimeRuntime: cpu.realtimeRuntime,
      realtimePeriod: cpu.realtimePeriod, cpus: cpu.cpus, mems: cpu.mems,
    },
    pids: pids && { limit: pids.limit },
    blockIO: blockio && {
      weight: blockio.weight,
      leafWeight: blockio.leafWeight,
      weightDevice: blockio.weightDevice?.map(({ major, minor, weight, leafWeight }) => ({ major, minor, weight, leafWeight })),
      throttleReadBpsDevice: rates(blockio.throttleReadBpsDevice),
      throttleWriteBpsDevice: rates(blockio.throttleWriteBpsDevice),
      throttleReadIOPSDevice: rates(blockio.throttleReadIOPSDevice),
      throttleWriteIOPSDevice: rates(blockio.throttleWriteIOPSDevice),
    },
    hugepageLimits: hugepageLimits?.map(({ pageSize, limit }) => ({ pageSize: pageSizeName(pageSize), limit })),
    network: network && { classID: network.classID, priorities: network.priorities?.map(({ name, priority }) => ({ name, priority })) },
  };
}

/** The runtime-spec wants the size as the kernel writes it, `2MB`; LinuxKit YAML has it in bytes. */
function pageSizeName(bytes: number): string {
  const [unit, size] = ([['GB', 1024 ** 3], ['MB', 1024 ** 2], ['KB', 1024]] as const).find(([, each]) => bytes >= each && bytes % each === 0) ?? ['B', 1];
  return `${bytes / size}${unit}`;
}

function rates(list: readonly { readonly major: number; readonly minor: number; readonly rate: number }[] | undefined): Json | undefined {
  return list?.map(({ major, minor, rate }) => ({ major, minor, rate }));
}
