// Why something is no pass, and the console line it rests on.

export interface Reason {
  readonly reason: string;
  readonly line?: number;
}

/** A pattern as reasons show it. */
export const quote = (pattern: string): string => (pattern.startsWith('/') ? pattern : `"${pattern}"`);

/** Text of the guest for a reason, which goes to terminals and files: nothing in it may be obeyed. */
export const shorten = (text: string): string => {
  const shown = text.replace(/[\0-\x1f\x7f-\x9f]/g, '\ufffd');
  return shown.length > 120 ? `${shown.slice(0, 119)}…` : shown;
};
