// Resource limits as LinuxKit YAML writes them, `nofile,1024,unlimited`, for config.json (setrlimit(2)).
import type { Problem } from './mounts.ts';

export interface Rlimit {
  readonly type: string;
  readonly hard: bigint;
  readonly soft: bigint;
}

const names = ['CPU', 'FSIZE', 'DATA', 'STACK', 'CORE', 'RSS', 'NPROC', 'NOFILE', 'MEMLOCK', 'AS', 'LOCKS', 'SIGPENDING', 'MSGQUEUE', 'NICE', 'RTPRIO', 'RTTIME'];
const UNLIMITED = 2n ** 64n - 1n;

/** `NAME,SOFT,HARD`; `unlimited` is the largest number there is. */
export function parseRlimit(text: string): Rlimit | Problem {
  const parts = text.split(',').map((part) => part.trim());
  const [name = '', soft = '', hard = ''] = parts;
  if (parts.length !== 3) return { problem: `expected NAME,SOFT,HARD, got "${text}"` };
  const short = name.toUpperCase().replace(/^RLIMIT_/, '');
  if (!names.includes(short)) return { problem: `there is no limit "${name}": expected one of ${names.join(', ').toLowerCase()}` };
  const values = [soft, hard].map(limit);
  const [low, high] = values;
  if (low === undefined || high === undefined) return { problem: `"${low === undefined ? soft : hard}" is not a limit: expected a number or unlimited` };
  return { type: `RLIMIT_${short}`, hard: high, soft: low };
}

function limit(text: string): bigint | undefined {
  if (text.toLowerCase() === 'unlimited') return UNLIMITED;
  if (!/^\d{1,20}$/.test(text)) return undefined;
  const value = BigInt(text);
  return value > UNLIMITED ? undefined : value;
}
