// What one line of KTAP or TAP says. Indentation is counted, not judged: document.ts gives it its meaning.
// https://docs.kernel.org/dev-tools/ktap.html and https://testanything.org/tap-version-14-specification.html
import type { TestStatus } from '../../model/console.ts';

export type KtapLine = { readonly indent: number } & (
  | { readonly kind: 'version' }
  | { readonly kind: 'plan'; readonly count: number; readonly skip?: string }
  | { readonly kind: 'result'; readonly status: TestStatus; readonly number: number | undefined; readonly name: string; readonly detail: string | undefined }
  | { readonly kind: 'subtest'; readonly name: string }
  /** `text` without the `#`. */
  | { readonly kind: 'comment'; readonly text: string }
  | { readonly kind: 'bail'; readonly reason: string }
  | { readonly kind: 'yaml'; readonly opens: boolean }
);

const tabWidth = 8;
const nameLimit = 200;

/** Reads one line; undefined where it is none of KTAP's. */
export function parseKtapLine(text: string): KtapLine | undefined {
  let indent = 0;
  let at = 0;
  for (; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code === 0x20) indent += 1;
    else if (code === 0x09) indent += tabWidth - (indent % tabWidth);
    else break;
  }
  switch (text.charAt(at)) {
    case 'o': case 'n': return parseResult(text, at, indent);
    case '#': return parseComment(text, at, indent);
    case '1': return parsePlan(text, at, indent);
    case 'K': case 'T': return /^K?TAP version \d+\s*$/.test(text.slice(at, at + 40)) ? { kind: 'version', indent } : undefined;
    case 'B': return text.startsWith('Bail out!', at) ? { kind: 'bail', indent, reason: text.slice(at + 9, at + 9 + nameLimit).trim() } : undefined;
    case '-': return text.startsWith('---', at) && text.trimEnd().length === at + 3 ? { kind: 'yaml', opens: true, indent } : undefined;
    case '.': return text.startsWith('...', at) && text.trimEnd().length === at + 3 ? { kind: 'yaml', opens: false, indent } : undefined;
    default: return undefined;
  }
}

const resultStart = /(not )?ok(?:[ \t]+(\d{1,9})(?=[ \t]|$))?(?:[ \t]+|$)(?:-(?:[ \t]+|$))?/y;

function parseResult(text: string, at: number, indent: number): KtapLine | undefined {
  resultStart.lastIndex = at;
  const match = resultStart.exec(text);
  if (match === null) return undefined;
  const rest = text.slice(at + match[0].length, at + match[0].length + 1000).trimEnd();
  const number = match[2] === undefined ? undefined : Number(match[2]);
  const { status, name, detail } = readDescription(rest, match[1] === undefined);
  return { kind: 'result', indent, number, status, name, detail };
}

// The directive may stand before its text (kselftest.h) or behind the name; `\#` is TAP 14's way to write the sign.
const directive = /(?:^|[ \t])#[ \t]*(SKIP\S*|TODO|XFAIL|XPASS|TIMEOUT|ERROR|[Ss]kip\S*|[Tt]odo)(?=[\s:]|$):?[ \t]*/;
const plainData = /(?:^|[ \t])#(?:[ \t]+|(?=\S))/;

function readDescription(rest: string, ok: boolean): { status: TestStatus; name: string; detail: string | undefined } {
  const match = rest.includes('#') ? (directive.exec(rest) ?? plainData.exec(rest)) : null;
  if (match === null) return { status: ok ? 'pass' : 'fail', name: cleanName(rest), detail: undefined };
  const word = match[1]?.toUpperCase();
  const data = rest.slice(match.index + match[0].length);
  const before = rest.slice(0, match.index);
  const name = cleanName(before === '' ? data : before);
  const detail = before === '' ? '' : data;
  if (word === undefined) return { status: ok ? 'pass' : 'fail', name, detail: detail === '' ? undefined : detail };
  return { status: directedStatus(word, ok), name, detail: describe(word, detail) };
}

function directedStatus(word: string, ok: boolean): TestStatus {
  if (word.startsWith('SKIP')) return 'skip';
  if (word === 'XFAIL') return 'xfail';
  if (word === 'TODO') return ok ? 'pass' : 'xfail';
  if (word === 'XPASS') return 'fail';
  return ok ? 'pass' : 'fail';
}

function describe(word: string, data: string): string | undefined {
  if (word.startsWith('SKIP') || word === 'XFAIL') return data === '' ? undefined : data;
  return data === '' ? word : `${word} ${data}`;
}

function cleanName(text: string): string {
  const name = text.includes('\\') ? text.replace(/\\([#\\])/g, '$1') : text;
  return name.trim().slice(0, nameLimit);
}

function parseComment(text: string, at: number, indent: number): KtapLine {
  const body = text.slice(text[at + 1] === ' ' ? at + 2 : at + 1);
  if (body.startsWith('Subtest:')) return { kind: 'subtest', indent, name: body.slice(8).trim().slice(0, nameLimit) };
  return { kind: 'comment', indent, text: body };
}

const planStart = /1\.\.(\d{1,9})[ \t]*(?:#[ \t]*(.*))?$/y;

function parsePlan(text: string, at: number, indent: number): KtapLine | undefined {
  if (text.length - at > 500) return undefined;
  planStart.lastIndex = at;
  const match = planStart.exec(text);
  if (match === null) return undefined;
  const comment = match[2];
  const skip = comment === undefined ? undefined : /^skip\S*\s*(.*)$/i.exec(comment)?.[1];
  return { kind: 'plan', indent, count: Number(match[1]), ...(skip === undefined ? undefined : { skip }) };
}
