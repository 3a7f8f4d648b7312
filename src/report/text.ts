// Text of unknown origin (a guest, a server) made safe to show: on a terminal, in a workflow log, in a report.
// Escape sequences are removed; what else could act on the reader instead of being read is written as \xNN or \u{N}.
import { stripVTControlCharacters } from 'node:util';

// C0 (but line feed) and C1 controls; bidi controls, zero-width and other invisible format characters, line and
// paragraph separators; byte order mark; non-characters; tags. Joiners stay: emoji and Indic scripts need them.
const unsafe = /[\0-\x09\x0b-\x1f\x7f-\x9f\u00ad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\ufffe\uffff\u{e0000}-\u{e007f}]|\p{Noncharacter_Code_Point}|\p{Surrogate}/gu;

const escapeCharacter = (character: string): string => {
  const code = character.codePointAt(0) ?? 0;
  if (code >= 0xd800 && code <= 0xdfff) return '\ufffd';
  return code < 0x100 ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u{${code.toString(16)}}`;
};

// Nearly all text is plain. One look tells so, where each replacement would read all of it again.
const plain = /^[\x20-\x7e\n]*$/;

/**
 * The text with line feeds kept and everything else that is not plain text escaped.
 * GitHub obeys lines that begin with `::` after white space, and `##[` anywhere: both are broken up.
 */
export function safeText(text: string): string {
  if (plain.test(text) && !text.includes('::') && !text.includes('##[')) return text;
  return stripVTControlCharacters(text)
    .replace(/\r+$/gm, '')
    .replace(/\t/g, '    ')
    .replace(unsafe, escapeCharacter)
    .replace(/^(\s*):(?=:)/gm, '$1\\x3a')
    .replace(/##\[/g, '#\\x23[');
}

/** The same on one line. */
export function safeLine(text: string): string {
  return safeText(text.trim().replace(/\s*[\r\n]+\s*/g, ' ')).trim();
}

/** XML 1.0 text: escape sequences and the characters that no XML document may hold are removed. */
export function xmlText(text: string): string {
  if (plain.test(text)) return text;
  return stripVTControlCharacters(text).replace(/[\0-\x08\x0b\f\x0e-\x1f\x7f-\x84\x86-\x9f\ufffe\uffff]|\p{Surrogate}/gu, '').replace(/\r/g, '');
}

const wide = /\p{Emoji_Presentation}|[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{20000}-\u{3fffd}]/u;
const zeroWidth = /\p{Mn}|\p{Me}|\p{Cf}/u;

const characterWidth = (character: string): number => (zeroWidth.test(character) ? 0 : wide.test(character) ? 2 : 1);

/** Columns that the text takes on a terminal; escape sequences take none. */
export function displayWidth(text: string): number {
  if (/^[\x20-\x7e]*$/.test(text)) return text.length;
  return Array.from(stripVTControlCharacters(text)).reduce((sum, character) => sum + characterWidth(character), 0);
}

/** At most `width` columns of a text without escape sequences; `mark` stands for what is cut off. */
export function clip(text: string, width: number, mark = '…'): string {
  // No character takes more than two columns: a short text need not be measured.
  if (text.length * 2 <= width || displayWidth(text) <= width) return text;
  const room = width - displayWidth(mark);
  if (room < 0) return '';
  let kept = '';
  let used = 0;
  for (const character of text) {
    used += characterWidth(character);
    if (used > room) break;
    kept += character;
  }
  return kept + mark;
}

/** At most `length` UTF-16 units, and no half of a character: for what is limited in its size, however wide it looks. */
export function shorten(text: string, length: number): string {
  if (text.length <= length) return text;
  return `${text.slice(0, length - 1).replace(/[\ud800-\udbff]$/, '')}…`;
}

/** The text followed by spaces up to `width` columns. */
export const padEnd = (text: string, width: number): string => text + ' '.repeat(Math.max(0, width - displayWidth(text)));
