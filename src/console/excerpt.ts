// Remembers the last lines of a console and the lines around what was found, so that nobody has to read it a second time.
// Bounded whatever the guest prints; what it gives out is safe to print.
import { ownText, printableText } from './clean.ts';
import { forEachLine } from './lines.ts';

export interface ExcerptLine {
  readonly number: number;
  readonly text: string;
}

const before = 30;
const after = 38;
const excerptLines = 40;
/** Lines of report shown before its first line. */
const lead = 4;
/** Of each kind, so that many failing results do not keep a crash out, nor many warnings a panic. */
const marksKept = 6;
const rawLength = 500;

export type MarkKind = 'crash' | 'panic' | 'result' | 'marker';

interface Mark {
  readonly kind: MarkKind;
  readonly line: number;
  readonly lines: ExcerptLine[];
}

interface Piece {
  readonly first: number;
  readonly count: number;
  readonly text: string;
  /** Whole lines with their ends, a character for each byte; otherwise one line without. */
  readonly block: boolean;
}

export interface ExcerptRecorder {
  /** A block of whole lines, a character for each byte. */
  block(text: string, firstLine: number, count: number): void;
  line(text: string, number: number): void;
  /** Keep what is around this line: it was just read, or is in the block just given. */
  mark(line: number, kind: MarkKind): void;
  /** At most 40 lines: around a marked line (its report, where `endLine` is given), or the last ones. */
  excerpt(around?: { readonly line: number; readonly endLine?: number }): readonly ExcerptLine[];
}

export function createExcerptRecorder(): ExcerptRecorder {
  let pieces: Piece[] = [];
  let kept = 0;
  const marks: Mark[] = [];

  function add(piece: Piece): void {
    pieces.push(piece);
    kept += piece.count;
    // Blocks are dropped whole, and only in steps, so that a console of single lines costs no shifting.
    // Lines before the newest piece are counted: in that one something may yet be marked.
    const older = (): number => kept - piece.count;
    if (pieces.length < 256 && older() - (pieces[0]?.count ?? 0) < 4 * excerptLines) return;
    let drop = 0;
    while (drop < pieces.length - 1 && older() - (pieces[drop]?.count ?? 0) >= excerptLines) {
      kept -= pieces[drop]?.count ?? 0;
      drop += 1;
    }
    pieces = pieces.slice(drop);
  }

  function* linesOf(piece: Piece, from: number, to: number): Generator<ExcerptLine> {
    if (piece.first > to || piece.first + piece.count - 1 < from) return;
    if (!piece.block) {
      yield { number: piece.first, text: printableText(piece.text) };
      return;
    }
    const found: ExcerptLine[] = [];
    forEachLine(piece.text, (raw, index) => {
      const number = piece.first + index;
      if (number >= from && number <= to) found.push({ number, text: printableText(ownText(Buffer.from(raw, 'latin1').toString('utf8'), rawLength)) });
    });
    yield* found;
  }

  function collect(from: number, to: number): ExcerptLine[] {
    return pieces.flatMap((piece) => [...linesOf(piece, from, to)]);
  }

  function feedMarks(piece: Piece): void {
    for (const mark of marks) {
      const last = mark.lines.at(-1)?.number ?? mark.line;
      if (last >= mark.line + after || mark.lines.length >= 4 * excerptLines) continue;
      for (const line of linesOf(piece, mark.line, mark.line + after)) mark.lines.push(line);
    }
  }

  return {
    block(text, firstLine, count) {
      const piece: Piece = { first: firstLine, count, text, block: true };
      add(piece);
      if (marks.length > 0) feedMarks(piece);
    },
    line(text, number) {
      const piece: Piece = { first: number, count: 1, text: text.length > rawLength ? ownText(text, rawLength) : text, block: false };
      add(piece);
      if (marks.length > 0) feedMarks(piece);
    },
    mark(line, kind) {
      if (marks.filter((mark) => mark.kind === kind).length >= marksKept || marks.some((mark) => mark.line === line)) return;
      marks.push({ kind, line, lines: collect(line - before, line + after) });
    },
    excerpt(around) {
      const mark = around === undefined ? undefined : marks.find((one) => one.line === around.line);
      if (around === undefined || mark === undefined) return collect(0, Number.MAX_SAFE_INTEGER).slice(-excerptLines);
      if (around.endLine === undefined) return mark.lines.filter((line) => line.number <= around.line + 8).slice(-excerptLines);
      const end = Math.max(around.endLine, around.line);
      return mark.lines.filter((line) => line.number >= around.line - lead && line.number <= end).slice(0, excerptLines);
    },
  };
}
