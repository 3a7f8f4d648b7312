// How far the guest came: kernel, user space, power-off.
import type { Finding } from '../../model/console.ts';
import type { ConsoleDetector } from '../detector.ts';

type Name = Extract<Finding, { kind: 'milestone' }>['name'];

// The kernel's banner, its first line on arm and arm64, the line before init runs (5.x and later), our own init's first line.
const milestones: readonly { readonly name: Name; readonly word: string; readonly start: RegExp }[] = [
  { name: 'kernel', word: 'Linux version ', start: /^Linux version \d/ },
  { name: 'kernel', word: 'Booting Linux on physical', start: /^Booting Linux on physical/ },
  { name: 'userspace', word: 'kit-test: init', start: /^kit-test: init\b/ },
  { name: 'userspace', word: ' as init process', start: /^Run \/\S{1,100} as init process/ },
  { name: 'ready', word: 'kit-test: ready', start: /^kit-test: ready\b/ },
  { name: 'poweroff', word: 'reboot: ', start: /^reboot: (?:Power down|System halted|Restarting system)/ },
];

/** How every line that matters here begins. */
const interesting = /^(?:Linux version \d|Booting Linux|kit-test: (?:init|ready)|Run \/|reboot: )/;

export interface MilestoneDetector extends ConsoleDetector {
  seen(name: Name): boolean;
}

export function createMilestoneDetector(): MilestoneDetector {
  const seen = new Set<Name>();
  return {
    words: milestones.map(({ word }) => word),
    attention: () => 'none',
    line(line) {
      if (!interesting.test(line.text)) return [];
      const findings: Finding[] = [];
      for (const { name, start } of milestones) {
        if (seen.has(name) || !start.test(line.text)) continue;
        seen.add(name);
        findings.push({ kind: 'milestone', name, line: line.number });
      }
      return findings;
    },
    end: () => [],
    seen: (name) => seen.has(name),
  };
}
