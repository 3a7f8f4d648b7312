// Takes out of console text what a terminal would obey instead of show: ANSI escapes (ECMA-48), NULs, backspaces.

/** Something in the text needs more than cutting at line ends: an escape, a NUL, a backspace, or a carriage return inside a line. */
export const needsCleaning = /[\0\b\x1b]|\r(?!\n)/;

// CSI …, OSC … terminated by BEL or ST, character set choices, two-character escapes; a lone ESC goes too.
// An OSC without its end loses only its start: text after it must stay readable for the judge.
const escapes = /\x1b(?:\[[0-?]*[ -/]*[@-~]?|\](?:[^\x07\x1b]*(?:\x07|\x1b\\))?|[ -/]+[0-~]?|[0-Z\\^-~])?|[\0\b]/g;

/** Console text without escapes, NULs and backspaces. */
export function cleanText(text: string): string {
  return text.replace(escapes, '');
}

// C0 and C1 controls, bidirectional overrides, line separators, lone surrogates.
const unprintable = /[\0-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g;

/** Text that does nothing but show itself: every control character becomes U+FFFD, tabs become spaces, long lines are cut. */
export function printableText(text: string, maxLength = 400): string {
  const shown = text.slice(0, maxLength).replaceAll('\t', '    ').replaceAll('\n', ' ').replace(unprintable, '\ufffd');
  return text.length > maxLength ? `${shown}…` : shown;
}

/** Texts that are cut are not so short: a surrogate without its other half stands in none of these. */
const shortText = 100;

/** A copy that does not keep the big string alive of which `text` is a slice. */
export function ownText(text: string, maxLength = 400): string {
  // Joined texts are made one before a part of them is taken, which is several times faster than the way over bytes.
  return text.length < shortText && text.length <= maxLength ? ` ${text}`.slice(1) : Buffer.from(text.slice(0, maxLength), 'utf8').toString('utf8');
}
