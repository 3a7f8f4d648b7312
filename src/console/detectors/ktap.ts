// Finds KTAP and TAP documents on the console. What the kernel prints (KUnit) and what user space prints are read apart,
// so that printk lines between the results of a program never disturb it; a result the kernel printed into is joined again.
import type { Finding, Line } from '../../model/console.ts';
import { createBudget } from '../budget.ts';
import { ownText } from '../clean.ts';
import type { ResultsDetector } from '../detector.ts';
import { createDocument } from '../ktap/document.ts';
import type { Document } from '../ktap/types.ts';
import { countRan, omittedOf } from '../leaves.ts';
import { parseKtapLine } from '../ktap/syntax.ts';
import type { KtapLine } from '../ktap/syntax.ts';
import { createRejoiner } from '../rejoin.ts';
import type { WholeLine } from '../rejoin.ts';

/** kit-test's guest side frames the raw output of a command with these: what stands between is no KTAP of ours. */
const rawBegin = 'kit-test: begin';
const rawEnd = /^kit-test: end exit=\d+$/;

const nothing: readonly Finding[] = [];

interface Channel {
  readonly kernel: boolean;
  document: Document | undefined;
  raw: boolean;
}

/** `onFailure` is told the line of each result that failed. */
export function createKtapDetector(onFailure: (line: number) => void): ResultsDetector {
  const budget = createBudget();
  const user: Channel = { kernel: false, document: undefined, raw: false };
  const kernel: Channel = { kernel: true, document: undefined, raw: false };
  let lastTest: string | undefined;
  let told = false;
  /** Of the documents that have ended, and of all: asked for with every chunk, counted only where a result has come. */
  let ranBefore = 0;
  let ran: number | undefined;

  function close(channel: Channel): readonly Finding[] {
    const { document } = channel;
    if (document === undefined) return [];
    lastTest = document.lastTest() ?? lastTest;
    const complete = document.complete();
    const { kept, planned, problems, emptySubtests } = document.finish();
    channel.document = undefined;
    ranBefore += countRan(kept);
    ran = undefined;
    return [{
      kind: 'results', protocol: 'ktap', line: document.line, results: kept.results, complete, problems, kernel: channel.kernel,
      ...(planned === undefined ? undefined : { planned }),
      ...(emptySubtests === 0 ? undefined : { emptySubtests }),
      ...omittedOf(kept.results, kept.unlisted),
    }];
  }

  function take(channel: Channel, text: string, line: number, repaired: boolean): readonly Finding[] {
    if (channel.raw) {
      if (rawEnd.test(text)) channel.raw = false;
      return nothing;
    }
    if (text === rawBegin && channel.document !== undefined && !channel.kernel) {
      channel.raw = true;
      return nothing;
    }
    const { document } = channel;
    const glued = document === undefined ? undefined : gluedResult(text, document);
    const ktap = glued ?? parseKtapLine(text);
    if (ktap === undefined) return nothing;
    if (ktap.kind === 'version' && (document === undefined || ktap.indent <= document.indent)) {
      const findings = close(channel);
      channel.document = createDocument(ktap.indent, line, budget);
      told ||= !channel.kernel;
      return findings;
    }
    if (document === undefined) return nothing;
    document.feed(ktap, line, repaired || glued !== undefined);
    if (ktap.kind !== 'comment' && ktap.kind !== 'yaml') ran = undefined;
    if (ktap.kind === 'result' && ktap.status === 'fail') onFailure(line);
    return nothing;
  }

  const rejoiner = createRejoiner((head, tail) => belongTogether(head, tail, user.document));
  /** Mostly one line, that tells nothing that is certain yet. */
  function takeWhole(lines: readonly WholeLine[]): readonly Finding[] {
    let found = nothing;
    for (const { text, number, repaired } of lines) {
      const told = take(user, text, number, repaired);
      if (told.length > 0) found = [...found, ...told];
    }
    return found;
  }

  /** Head of a line of the kernel's into which the kernel printed once more: what is left of it has no prefix. */
  let kernelHead: { readonly text: string; readonly number: number } | undefined;

  function takeKernelLine(line: Line): readonly Finding[] {
    const { document } = kernel;
    if (line.cut === true && document !== undefined && kernelHead === undefined) {
      kernelHead = { text: line.text, number: line.number };
      return [];
    }
    if (kernelHead === undefined || kernelHead.number === line.number) return take(kernel, line.text, line.number, false);
    return [...releaseKernelHead(), ...take(kernel, line.text, line.number, false)];
  }

  /** Its rest was not to be found. */
  function releaseKernelHead(): readonly Finding[] {
    if (kernelHead === undefined) return [];
    const { text, number } = kernelHead;
    kernelHead = undefined;
    if (parseKtapLine(text)?.kind === 'result') kernel.document?.complain(`a line was printed into "${ownText(text.trim(), 100)}", and its end did not follow`);
    return take(kernel, text, number, false);
  }

  function takeUserLine(line: Line): readonly Finding[] {
    if (kernelHead !== undefined) {
      const { text, number } = kernelHead;
      const joined = text + line.text;
      if (line.number === number + 1 && line.cut !== true && kernel.document !== undefined && parseKtapLine(joined) !== undefined && belongTogether(text, line.text, kernel.document)) {
        kernelHead = undefined;
        return take(kernel, joined, line.number, line.text !== '');
      }
      return [...releaseKernelHead(), ...takeUserLine(line)];
    }
    // Where nothing is open nothing is held: such lines are not all seen.
    if (user.document === undefined && !rejoiner.waits()) return line.cut === true ? nothing : take(user, line.text, line.number, false);
    return takeWhole(rejoiner.take(line));
  }

  return {
    protocol: 'ktap',
    // A glued result may stand behind anything.
    words: ['TAP version ', ' selftests: '],
    attention: () => rejoiner.waits() || kernelHead !== undefined ? 'lines' : user.document !== undefined || kernel.document !== undefined ? 'ktap' : 'none',
    line: (line) => (line.kernel ? takeKernelLine(line) : takeUserLine(line)),
    end: () => [...takeWhole(rejoiner.end()), ...releaseKernelHead(), ...close(user), ...close(kernel)],
    complete: () => told && [user, kernel].every((channel) => channel.document === undefined || channel.document.complete()),
    ran: () => (ran ??= ranBefore + (user.document?.ran() ?? 0) + (kernel.document?.ran() ?? 0)),
    lastTest: () => user.document?.lastTest() ?? kernel.document?.lastTest() ?? lastTest,
  };
}

/** Whether a line of which a head came alone goes on with this tail, as far as the document can tell. */
function belongTogether(head: string, tail: string, document: Document | undefined): boolean {
  const alone = parseKtapLine(tail);
  if (alone === undefined) return tail !== rawBegin && !rawEnd.test(tail);
  if (document === undefined) return false;
  const before = parseKtapLine(head);
  // A result that only lacked its end, and the one after it.
  const inTurn = before?.kind === 'result' && alone.kind === 'result' && before.indent === alone.indent && alone.number === (before.number ?? 0) + 1;
  if (inTurn && document.fit(before) === 2) return false;
  return document.fit(parseKtapLine(head + tail)) >= document.fit(alone);
}

/** A result behind text that lacked its end: certain where kselftest's runner has announced it by its name. */
function gluedResult(text: string, document: Document): KtapLine | undefined {
  const name = document.announced();
  const at = name === undefined ? -1 : text.indexOf(` ${name}`);
  if (at === -1) return undefined;
  const result = /(?:(?<=[^ ])not |\bnot |)ok \d{1,9}$/.exec(text.slice(0, at));
  if (result === null || result.index === 0) return undefined;
  const ktap = parseKtapLine(text.slice(result.index));
  return document.fit(ktap) === 2 ? ktap : undefined;
}
