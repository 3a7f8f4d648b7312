// How far the guest came: kernel, user space, power-off. And whether the machine was reset, which no test asked for.
import type { Finding, Line } from '../../model/console.ts';
import type { ConsoleDetector } from '../detector.ts';

type Name = Extract<Finding, { kind: 'milestone' }>['name'];

// The kernel's banner, its first line on arm and arm64, the line before init runs (5.x and later), our own init's first line.
const milestones: readonly { readonly name: Name; readonly gate: string; readonly start: RegExp }[] = [
  { name: 'kernel', gate: 'Linux version \\d', start: /^Linux version \d/ },
  { name: 'kernel', gate: 'Booting Linux on physical', start: /^Booting Linux on physical/ },
  { name: 'userspace', gate: 'kit-test: init', start: /^kit-test: init\b/ },
  { name: 'userspace', gate: 'Run /\\S{1,100} as init process', start: /^Run \/\S{1,100} as init process/ },
  { name: 'ready', gate: 'kit-test: ready', start: /^kit-test: ready\b/ },
  { name: 'poweroff', gate: 'reboot: ', start: /^reboot: (?:Power down|System halted|Restarting system)/ },
];

const firmware = 'SeaBIOS \\(version ';
/** How every line that matters here begins. */
const interesting = /^(?:Linux version \d|Booting Linux|kit-test: (?:init|ready)|Run \/|reboot: |SeaBIOS \()/;

export interface MilestoneDetector extends ConsoleDetector {
  seen(name: Name): boolean;
}

export function createMilestoneDetector(): MilestoneDetector {
  const seen = new Set<Name>();
  let banners = 0;
  let firstLine: number | undefined;

  /** A second kernel banner, or firmware that starts when something had already run: somebody reset the machine. */
  function isReset(line: Line): boolean {
    if (line.text.startsWith('Linux version ')) {
      banners += 1;
      return banners === 2;
    }
    return line.text.startsWith('SeaBIOS (version ') && banners === 0 && line.number > (firstLine ?? line.number);
  }

  return {
    gate: [...milestones.map((milestone) => milestone.gate), firmware].join('|'),
    // The first line with text tells whether the console begins with the machine.
    attention: () => firstLine === undefined ? 'lines' : 'none',
    line(line) {
      if (firstLine === undefined && line.text.trim() !== '') firstLine = line.number;
      if (!interesting.test(line.text)) return [];
      const findings: Finding[] = [];
      if (isReset(line)) findings.push({ kind: 'crash', title: 'unexpected kernel reboot', type: 'REBOOT', line: line.number, endLine: line.number, panicked: false });
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
