// SGR escapes of one console line (ECMA-48 §8.3.117) as runs of text with classes; every other escape is left out. Pure.

export interface Run {
  readonly text: string;
  /** Space-separated classes of style.css; empty for plain text. */
  readonly classes: string;
}

interface Pen {
  bold: boolean;
  dim: boolean;
  italic: boolean;
  underline: boolean;
  /** 0–15, undefined for the usual colour. */
  front: number | undefined;
  back: number | undefined;
}

const escapes = /\x1b(?:\[([0-9;:]*)([ -/]*[@-~])?|\][^\x07\x1b]*(?:\x07|\x1b\\)?|[ -/]*[0-~])|[\0-\x08\x0b-\x1f\x7f]/g;

/** Colours begin anew with each line: a guest that died in red would paint all that is below. */
export function readAnsi(line: string): readonly Run[] {
  if (!/[\0-\x08\x0b-\x1f\x7f]/.test(line)) return [{ text: line, classes: '' }];
  const pen: Pen = { bold: false, dim: false, italic: false, underline: false, front: undefined, back: undefined };
  const runs: Run[] = [];
  let at = 0;
  for (const match of line.matchAll(escapes)) {
    if (match.index > at) runs.push({ text: line.slice(at, match.index), classes: classesOf(pen) });
    at = match.index + match[0].length;
    if (match[2] === 'm') applySgr(pen, (match[1] ?? '').split(/[;:]/).map(Number));
  }
  if (at < line.length) runs.push({ text: line.slice(at), classes: classesOf(pen) });
  return runs;
}

function applySgr(pen: Pen, codes: readonly number[]): void {
  for (let index = 0; index < codes.length; index += 1) {
    const code = codes[index] ?? 0;
    if (code === 0) Object.assign(pen, { bold: false, dim: false, italic: false, underline: false, front: undefined, back: undefined });
    else if (code === 1) pen.bold = true;
    else if (code === 2) pen.dim = true;
    else if (code === 3) pen.italic = true;
    else if (code === 4) pen.underline = true;
    else if (code === 22) pen.bold = pen.dim = false;
    else if (code === 23) pen.italic = false;
    else if (code === 24) pen.underline = false;
    else if (code >= 30 && code <= 37) pen.front = code - 30;
    else if (code === 39) pen.front = undefined;
    else if (code >= 40 && code <= 47) pen.back = code - 40;
    else if (code === 49) pen.back = undefined;
    else if (code >= 90 && code <= 97) pen.front = code - 82;
    else if (code >= 100 && code <= 107) pen.back = code - 92;
    else if (code === 38 || code === 48) {
      // 256 colours and true colour: the first sixteen have names here, the others keep the usual colour.
      const isIndexed = codes[index + 1] === 5;
      const colour = codes[index + 2];
      if (isIndexed && colour !== undefined && colour < 16) pen[code === 38 ? 'front' : 'back'] = colour;
      index += isIndexed ? 2 : 4;
    }
  }
}

function classesOf({ bold, dim, italic, underline, front, back }: Pen): string {
  const classes = [
    ...(bold ? ['bold'] : []),
    ...(dim ? ['dim'] : []),
    ...(italic ? ['italic'] : []),
    ...(underline ? ['underline'] : []),
    ...(front === undefined ? [] : [`front-${front}`]),
    ...(back === undefined ? [] : [`back-${back}`]),
  ];
  return classes.join(' ');
}
