// What the watch asks of a detector: which lines it must see. Lines that no detector asks for are never even cut out of the text.
import type { Finding, Line } from '../model/console.ts';
import type { Protocol } from '../model/protocol.ts';

/**
 * `none`: only lines with its words. `open`: also those with the words it asks for while it is open, and those the kernel printed
 * into. `ktap`: also those that look like KTAP, and those the kernel printed into. `lines`: every line.
 */
export type Attention = 'none' | 'open' | 'ktap' | 'lines';

/** Reads the lines it asks for. Never throws; memory is bounded whatever comes. */
export interface ConsoleDetector {
  /** A line that holds none of them cannot matter while attention is `none`. */
  readonly words: readonly string[];
  /** The same while attention is `open`. */
  readonly openWords?: readonly string[];
  readonly attention: () => Attention;
  /** `holdsWord`: one of its words may be in the line; otherwise none is. */
  readonly line: (line: Line, holdsWord: boolean) => readonly Finding[];
  /** The console ended. */
  end(): readonly Finding[];
}

/** Reads the results of one protocol. */
export interface ResultsDetector extends ConsoleDetector {
  readonly protocol: Protocol;
  /** User space has told all it announced, and nobody has begun anything else. */
  complete(): boolean;
  /**
   * How many results have come so far that were not skipped: as many at least, for those of a document that goes on may not
   * be among them. Undefined where the reader can only tell at the end.
   */
  ran?(): number;
  /** The last test that began or reported. */
  lastTest(): string | undefined;
}
