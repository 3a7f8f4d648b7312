// What failed, as a text that is equal for equal failures.
import type { Verdict } from '../model/verdict.ts';

const limit = 300;

/**
 * Undefined for a pass and a skip. Titles of crashes are stable. A timeout is told by its phase and by where it hung: the last line
 * in its reason is another one each time. Of other reasons what differs from run to run is left out: times, addresses, ports, tries.
 */
export function failureOf(verdict: Verdict): string | undefined {
  switch (verdict.kind) {
    case 'pass': case 'skip': return undefined;
    case 'crash': return `crash: ${verdict.title}`.slice(0, limit);
    case 'timeout': return `timeout: ${verdict.phase}${verdict.where === undefined ? '' : `: ${withoutTasks(verdict.where)}`}`.slice(0, limit);
    case 'fail': return `fail: ${withoutTasks(verdict.reason)}`.slice(0, limit);
    case 'error': return `error: ${verdict.stage}: ${stable(verdict.reason)}`.slice(0, limit);
  }
}

/** `CPU 1 spinning in f (task sh:146)` → `CPU # spinning in f (task sh)`. */
const withoutTasks = (where: string): string => stable(where.replace(/(task \S*?):\d+/g, '$1').replace(/\bCPU \d+/g, 'CPU #'));

const stable = (reason: string): string =>
  reason
    .replace(/ \(\d+ tr(?:y|ies) in [^)]*\)/g, '')
    .replace(/\b0x[0-9a-f]+\b/gi, '0x#')
    .replace(/\b127\.0\.0\.1:\d+/g, '127.0.0.1:#')
    .replace(/\b\d+(?:\.\d+)?(?:ms|s|m|h)\b(?: \d+(?:\.\d+)?(?:ms|s|m)\b)*/g, '#');
