// Whether somebody reset the machine, which no test asked for: the kernel's banner comes a second time, or firmware starts
// when something had already run. A guest that prints dmesg repeats the banner too; but then the times are those of the first boot.
import type { Crash, Line } from '../../model/console.ts';

const firmware = /^(?:SeaBIOS \(version |Booting the kernel\.|U-Boot \d|UEFI firmware \(version )/;
const banner = /^Linux version \d/;
/** Lines after a banner in which the clock must have begun to run. */
const reach = 500;

export interface ResetFinder {
  /** Every line that matters while it does not watch holds one. */
  readonly words: readonly string[];
  /** Every line matters now. */
  watches(): boolean;
  /** `holdsWord`: one of the words may be in it. */
  line(line: Line, holdsWord: boolean): Crash | undefined;
  end(): Crash | undefined;
}

export function createResetFinder(): ResetFinder {
  let first: Line | undefined;
  let banners = 0;
  let prefixed = false;
  /** The last banner, while it waits for the clock. */
  let waiting: Line | undefined;
  /** The first line of the first boot at which the clock ran. */
  let tick: string | undefined;
  let reported = false;

  function report(line: Line): Crash | undefined {
    waiting = undefined;
    if (reported) return undefined;
    reported = true;
    return { kind: 'crash', title: 'unexpected kernel reboot', type: 'REBOOT', line: line.number, endLine: line.number, panicked: false };
  }

  function readBanner(line: Line): Crash | undefined {
    if (reported) return undefined;
    // A program that prints /proc/version has no prefix where the kernel has one.
    if (prefixed && !line.kernel) return undefined;
    prefixed ||= line.kernel;
    banners += 1;
    if (banners > 1 && (tick === undefined || !line.kernel)) return report(line);
    waiting = line;
    return undefined;
  }

  function readClock(line: Line, since: Line): Crash | undefined {
    if (line.number - since.number > reach) waiting = undefined;
    if (!line.kernel || line.uptime === undefined || line.uptime === 0) return undefined;
    waiting = undefined;
    if (banners === 1) {
      tick = line.raw;
      return undefined;
    }
    return line.raw === tick ? undefined : report(since);
  }

  return {
    words: ['Linux version ', 'SeaBIOS (version ', 'Booting the kernel.', 'U-Boot ', 'UEFI firmware (version '],
    // The first line with text tells whether the console begins with the machine.
    watches: () => first === undefined || waiting !== undefined,
    line(line, holdsWord) {
      if (first === undefined && line.text.trim() !== '') {
        first = line;
        prefixed = line.kernel;
      }
      if (holdsWord && banner.test(line.text)) return readBanner(line);
      if (holdsWord && firmware.test(line.text) && !line.kernel) {
        const running = banners > 0 || first?.kernel === true || line.text.startsWith('SeaBIOS') && line.number > (first?.number ?? line.number);
        return running ? report(line) : undefined;
      }
      return waiting === undefined ? undefined : readClock(line, waiting);
    },
    end: () => waiting !== undefined && banners > 1 ? report(waiting) : undefined,
  };
}
