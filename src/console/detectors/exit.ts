// Finds the exit status that a case expects. builtin:init tells it in the result line of the command it was told to watch
// (`ok 1 run # exit=3 as expected`) and after a command's raw output (`kit-test: end exit=3`).
import type { Finding } from '../../model/console.ts';
import type { ConsoleDetector } from '../detector.ts';

const ofResult = /^(?:not )?ok \d+ .*# exit=(\d{1,3})(?: as expected|, expected \d{1,3})$/;
const rawBegin = 'kit-test: begin';
const rawEnd = /^kit-test: end exit=(\d{1,3})$/;
/** Beyond it a head into which the kernel printed is no line of ours. */
const headLimit = 2000;

export interface ExitDetector extends ConsoleDetector {
  /** A status has come. */
  told(): boolean;
}

/** `wanted`: some expectation asks for it. Otherwise nothing is looked at. */
export function createExitDetector(wanted: boolean): ExitDetector {
  let seen = false;
  let raw = false;
  /** Head of a line into which the kernel printed. */
  let head = '';
  let headLine = 1;

  function statusOf(text: string): string | undefined {
    return (raw ? rawEnd : ofResult).exec(text)?.[1];
  }

  function read(text: string, line: number): readonly Finding[] {
    if (text === rawBegin) raw = true;
    const status = statusOf(text);
    if (status === undefined) return [];
    raw = false;
    seen = true;
    return [{ kind: 'exit', status: Number(status), line }];
  }

  function rejoin(text: string, line: number): readonly Finding[] {
    const whole = head + text;
    const parts = statusOf(whole) === undefined && whole !== rawBegin ? [head, text] : [whole];
    head = '';
    return parts.flatMap((part) => read(part, line));
  }

  return {
    words: wanted ? ['# exit=', 'kit-test: begin', 'kit-test: end exit='] : [],
    // A head that the kernel cut off may lack our words.
    attention: () => (!wanted ? 'none' : head === '' ? 'open' : 'lines'),
    line(line) {
      if (!wanted || line.kernel) return [];
      if (line.cut !== true) return rejoin(line.text, line.number);
      headLine = line.number;
      head = (head + line.text).slice(0, headLimit);
      return [];
    },
    end: () => (head === '' ? [] : rejoin('', headLine)),
    told: () => seen,
  };
}
