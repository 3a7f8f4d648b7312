// Finds KTAP and TAP documents on the console. What the kernel prints (KUnit) and what user space prints are read apart,
// so that printk lines between the results of a program never disturb it; a result the kernel printed into is joined again.
import type { Finding, Line } from '../../model/console.ts';
import { createBudget, takeOmitted } from '../budget.ts';
import type { ResultsDetector } from '../detector.ts';
import { createDocument } from '../ktap/document.ts';
import type { Document } from '../ktap/types.ts';
import { parseKtapLine } from '../ktap/syntax.ts';

/** kit-test's guest side frames the raw output of a command with these: what stands between is no KTAP of ours. */
const rawBegin = 'kit-test: begin';
const rawEnd = /^kit-test: end exit=\d+$/;

interface Channel {
  readonly kernel: boolean;
  document: Document | undefined;
  /** Head of a line into which the kernel printed. */
  cut: string | undefined;
  raw: boolean;
}

/** `onFailure` is told the line of each result that failed. */
export function createKtapDetector(onFailure: (line: number) => void): ResultsDetector {
  const budget = createBudget();
  const user: Channel = { kernel: false, document: undefined, cut: undefined, raw: false };
  const kernel: Channel = { kernel: true, document: undefined, cut: undefined, raw: false };
  let lastTest: string | undefined;
  let told = false;

  function close(channel: Channel): readonly Finding[] {
    const { document } = channel;
    if (document === undefined) return [];
    lastTest = document.lastTest() ?? lastTest;
    const complete = document.complete();
    const { results, planned, problems, emptySubtests } = document.finish();
    channel.document = undefined;
    const omitted = takeOmitted(budget);
    return [{
      kind: 'results', protocol: 'ktap', line: document.line, results, complete, problems, kernel: channel.kernel,
      ...(planned === undefined ? undefined : { planned }),
      ...(emptySubtests === 0 ? undefined : { emptySubtests }),
      ...(omitted === undefined ? undefined : { omitted }),
    }];
  }

  function take(channel: Channel, text: string, line: number, repaired: boolean): readonly Finding[] {
    if (channel.raw) {
      if (rawEnd.test(text)) channel.raw = false;
      return [];
    }
    if (text === rawBegin && channel.document !== undefined && !channel.kernel) {
      channel.raw = true;
      return [];
    }
    const ktap = parseKtapLine(text);
    if (ktap === undefined) return [];
    const { document } = channel;
    if (ktap.kind === 'version' && (document === undefined || ktap.indent <= document.indent)) {
      const findings = close(channel);
      channel.document = createDocument(ktap.indent, line, budget);
      told ||= !channel.kernel;
      return findings;
    }
    if (document === undefined) return [];
    document.feed(ktap, line, repaired);
    if (ktap.kind === 'result' && ktap.status === 'fail') onFailure(line);
    return [];
  }

  function rejoin(channel: Channel, line: Line): readonly Finding[] {
    const head = channel.cut ?? '';
    channel.cut = undefined;
    // A head that was whole, only without its end, stands by itself.
    if (parseKtapLine(line.text) !== undefined || head.length + line.text.length > 2000) {
      return [...take(channel, head, line.number, false), ...take(channel, line.text, line.number, false)];
    }
    return take(channel, head + line.text, line.number, line.text !== '');
  }

  return {
    protocol: 'ktap',
    gate: ['TAP version \\d'],
    attention: () => user.cut !== undefined || kernel.cut !== undefined ? 'lines' : user.document !== undefined || kernel.document !== undefined ? 'ktap' : 'none',
    line(line) {
      const channel = line.kernel ? kernel : user;
      if (line.cut === true && channel.document !== undefined) {
        channel.cut = (channel.cut ?? '') + line.text.slice(0, 2000);
        return [];
      }
      return channel.cut === undefined ? take(channel, line.text, line.number, false) : rejoin(channel, line);
    },
    end() {
      return [user, kernel].flatMap((channel) => {
        const rest = channel.cut === undefined ? [] : take(channel, channel.cut, channel.document?.line ?? 1, false);
        return [...rest, ...close(channel)];
      });
    },
    complete: () => told && [user, kernel].every((channel) => channel.document === undefined || channel.document.complete()),
    lastTest: () => user.document?.lastTest() ?? kernel.document?.lastTest() ?? lastTest,
  };
}
