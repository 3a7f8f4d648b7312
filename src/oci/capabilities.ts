// Linux capabilities by name, in the order of their numbers (capabilities(7)), and the sets runc gets.

const names = [
  'CHOWN', 'DAC_OVERRIDE', 'DAC_READ_SEARCH', 'FOWNER', 'FSETID', 'KILL', 'SETGID', 'SETUID', 'SETPCAP', 'LINUX_IMMUTABLE',
  'NET_BIND_SERVICE', 'NET_BROADCAST', 'NET_ADMIN', 'NET_RAW', 'IPC_LOCK', 'IPC_OWNER', 'SYS_MODULE', 'SYS_RAWIO', 'SYS_CHROOT',
  'SYS_PTRACE', 'SYS_PACCT', 'SYS_ADMIN', 'SYS_BOOT', 'SYS_NICE', 'SYS_RESOURCE', 'SYS_TIME', 'SYS_TTY_CONFIG', 'MKNOD', 'LEASE',
  'AUDIT_WRITE', 'AUDIT_CONTROL', 'SETFCAP', 'MAC_OVERRIDE', 'MAC_ADMIN', 'SYSLOG', 'WAKE_ALARM', 'BLOCK_SUSPEND', 'AUDIT_READ',
  'PERFMON', 'BPF', 'CHECKPOINT_RESTORE',
] as const;

/** Every capability, `CAP_CHOWN` first. */
const allCapabilities: readonly string[] = names.map((name) => `CAP_${name}`);

/** The capabilities a list means: `all` or `none` when alone (in any case), else full upper-case names, each once. */
export function expandCapabilities(list: readonly string[]): readonly string[] {
  const [only] = list;
  if (list.length === 1 && only?.toLowerCase() === 'all') return allCapabilities;
  if (list.length === 1 && only?.toLowerCase() === 'none') return [];
  return [...new Set(list)];
}

/** Index of the first word that is no capability, -1 when all are. */
export function wrongCapability(list: readonly string[]): number {
  return expandCapabilities(list).length === 0 ? -1 : list.findIndex((name) => !(list.length === 1 && name.toLowerCase() === 'all') && !allCapabilities.includes(name));
}

/** The `capabilities` of a process; empty sets are left out. Bounding, inheritable and permitted are the sorted union. */
export function capabilitySets(capabilities: readonly string[], ambient: readonly string[]): Readonly<Record<string, readonly string[]>> {
  const effective = expandCapabilities(capabilities);
  const raised = expandCapabilities(ambient);
  const union = [...new Set([...effective, ...raised])].sort();
  const sets = { bounding: union, effective, inheritable: union, permitted: union, ambient: raised };
  return Object.fromEntries(Object.entries(sets).filter(([, set]) => set.length > 0));
}
