// What the watch asks of a detector: which lines it must see. Lines that no detector asks for are never even cut out of the text.
import type { Detector } from '../model/console.ts';

/** `none`: only lines with the gate. `ktap`: also those that look like KTAP. `lines`: every line. */
export type Attention = 'none' | 'ktap' | 'lines';

export interface ConsoleDetector extends Detector {
  /** Sources of regular expressions: a line that matches none cannot matter while attention is `none`. */
  readonly gate: readonly string[];
  attention(): Attention;
}
