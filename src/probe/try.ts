// What the ways of asking share: the form of one try, and what came back as words for people.
import { errorCode } from '../sys/fs.ts';

/** One try: undefined for a success, else what came back instead. Ends when the signal aborts; never throws but for what no retry can mend. */
export type Try = (signal: AbortSignal) => Promise<string | undefined>;

/** Ports of 127.0.0.1 by the guest's ports they lead to. */
export type Ports = ReadonlyMap<number, number>;

/** Bytes of an answer that are looked at. */
export const answerLimit = 1024 * 1024;

const shownLength = 160;

/** Text of the guest's, quoted, short, and without anything a terminal obeys. */
export function quoteAnswer(text: string): string {
  const shown = text.length > shownLength ? `${text.slice(0, shownLength - 1)}…` : text;
  return `"${shown.replace(/\r/g, '\\r').replace(/\n/g, '\\n').replace(/[\0-\x1f\x7f-\x9f\u2028\u2029]/g, '\ufffd')}"`;
}

/** What this machine lacks: descriptors, memory, addresses, leave to connect, or a package of our own. */
const lacking: ReadonlySet<string> = new Set(['EMFILE', 'ENFILE', 'ENOMEM', 'ENOBUFS', 'EADDRNOTAVAIL', 'EACCES', 'EPERM', 'ERR_MODULE_NOT_FOUND']);

/** The question never left this machine: nothing is said of the guest. */
export const isOurFailure = (error: unknown): boolean => lacking.has(errorCode(error) ?? '');

/** Why a connection gave no answer. */
export function describeConnection(error: unknown): string {
  const { code = '', message } = error as NodeJS.ErrnoException;
  if (code === 'ECONNREFUSED') return 'the connection was refused';
  if (['ECONNRESET', 'EPIPE', 'UND_ERR_SOCKET'].includes(code)) return 'the connection was closed without an answer';
  return message === '' ? code : message;
}
