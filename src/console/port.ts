// What a guest tells over its port of results, beside the console: in its lines the kernel cannot print. builtin:init says on it when it
// begins and when it has told all; the same results stand on the console, and where they do is looked up there. Pure.
import type { Finding, ResultsFinding, TestResult } from '../model/console.ts';

const beginning = 'kit-test: results 1';
const ending = 'kit-test: end of results';
/** Lines that are longer are none of ours. */
const lineLimit = 100;

/** Follows how far builtin:init has come with what it tells. */
export interface PortFrame {
  push(chunk: Uint8Array): void;
  /** All that was told has come: what lies behind the port is as good as what was written to it. */
  ended(): boolean;
  /** It was begun and never ended: something may be lost. An init of the user's says neither. */
  isCut(): boolean;
}

export function createPortFrame(): PortFrame {
  let line = '';
  let begun = false;
  let ended = false;
  return {
    push(chunk) {
      const lines = (line + Buffer.from(chunk).toString('latin1')).split('\n');
      line = (lines.pop() ?? '').slice(0, lineLimit);
      begun ||= lines.includes(beginning);
      ended ||= lines.includes(ending);
    },
    ended: () => ended,
    isCut: () => begun && !ended,
  };
}

type Document = ResultsFinding;

const isResults = (finding: Finding): finding is Document => finding.kind === 'results';

/**
 * The findings of a console with the results and exit statuses of user space replaced by those that came over the port. What the kernel
 * prints (KUnit) comes over the console alone.
 */
export function joinFindings(console: readonly Finding[], port: readonly Finding[], isCut: boolean): readonly Finding[] {
  const ofKernel = (finding: Finding): boolean => isResults(finding) && finding.kernel === true;
  const rest = console.filter((finding) => ofKernel(finding) || finding.kind !== 'exit' && !isResults(finding));
  const shown = console.filter(isResults).filter((document) => !ofKernel(document));
  const told = port.filter(isResults).filter((document) => !ofKernel(document));
  const statuses = port.filter((finding) => finding.kind === 'exit').map((exit) => ({ ...exit, line: console.find((other) => other.kind === 'exit' && other.status === exit.status)?.line ?? 0 }));
  const seen = new Map<string, number>();
  const placed = told.map((document) => {
    const index = seen.get(document.protocol) ?? 0;
    seen.set(document.protocol, index + 1);
    return placeDocument(document, shown.filter(({ protocol }) => protocol === document.protocol)[index]);
  });
  const last = new Map(placed.map((document) => [document.protocol, document]));
  return [...rest, ...placed.map((document) => (isCut && last.get(document.protocol) === document ? cutOff(document) : document)), ...statuses];
}

const placeDocument = (document: Document, shown: Document | undefined): Document => ({ ...document, line: shown?.line ?? 0, results: placeResults(document.results, shown?.results ?? []) });

/** Lines count on the console. 0 for what is not to be found there: the kernel has printed into it. */
function placeResults(told: readonly TestResult[], shown: readonly TestResult[]): readonly TestResult[] {
  const byName = new Map<string, TestResult[]>();
  for (const result of shown.toReversed()) {
    const same = byName.get(result.name);
    if (same === undefined) byName.set(result.name, [result]);
    else same.push(result);
  }
  return told.map((result) => {
    const place = byName.get(result.name)?.pop();
    return { ...result, line: place?.line ?? 0, children: placeResults(result.children, place?.children ?? []) };
  });
}

const cutOff = (document: Document): Document => ({
  ...document,
  complete: false,
  results: [...document.results, { name: 'the rest of the port', status: 'missing', detail: 'builtin:init had not told all that it had to tell', line: 0, children: [] }],
});
