// Where in its guilty function a crash happened: the first line of the report that names it with an offset.
import { instructionPointer } from './frames.ts';
import { plainName } from './function.ts';
import type { ReportLine } from './report-line.ts';

/** A place in a function: `schedule+0x1a/0x90`. */
export interface Place {
  readonly name: string;
  readonly offset: bigint;
  readonly size: bigint;
  /** It is where a call returns to: the call stands before it. */
  readonly returned: boolean;
}

const placed = /(?<![\w.$])([a-zA-Z_$][\w$]*(?:\.[\w$.]+)?)\+0x([0-9a-f]{1,8})\/0x([0-9a-f]{1,8})/g;

/** `guilty` is the function as a title names it. */
export function guiltyPlace(lines: readonly ReportLine[], guilty: string): Place | undefined {
  for (const { text: line } of lines) {
    for (const [, name = '', offset = '', size = ''] of line.matchAll(placed)) {
      if (plainName(name.replace(/\..*/, '')) !== guilty) continue;
      return { name, offset: BigInt(`0x${offset}`), size: BigInt(`0x${size}`), returned: !instructionPointer.test(line) && !line.includes('WARNING: ') };
    }
  }
  return undefined;
}
