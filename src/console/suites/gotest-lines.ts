// What one line of `go test -v` says, or of `go test -json`, or of a compiled test that is run by itself with -test.v.
// https://pkg.go.dev/cmd/go and https://pkg.go.dev/cmd/test2json

export type GoStatus = 'pass' | 'fail' | 'skip';

export type GoLine =
  | { readonly kind: 'run' | 'current'; readonly package: string; readonly test: string }
  | { readonly kind: 'end'; readonly package: string; readonly test: string; readonly status: GoStatus; readonly durationMs: number; /** Behind text without an end. */ readonly glued?: true }
  /** A package has begun: only JSON says so. */
  | { readonly kind: 'start'; readonly package: string }
  | { readonly kind: 'package'; readonly package: string; readonly status: GoStatus; readonly detail?: string; readonly durationMs?: number }
  /** The last line of a compiled test. */
  | { readonly kind: 'binary'; readonly status: GoStatus }
  | { readonly kind: 'output'; readonly package: string; readonly test?: string; readonly text: string };

const run = /^\x16?=== (RUN|CONT|NAME) +(\S+)$/;
const end = /--- (PASS|FAIL|SKIP): (\S+) \((\d+\.\d+)s\)$/;
const ok = /^ok\s+(\S+)\s+(?:\(cached\)|(\d+\.\d+)s)(?:\s.*)?$/;
const fail = /^FAIL\s+(\S+)\s+(?:(\d+\.\d+)s|\[(\w+ failed)\])$/;
const empty = /^\?\s+(\S+)\s+\[no test files\]$/;
/** Lines of a log that say why: of testing.T, of a panic, of what ended the process. */
const telling = /^(?:\S+\.go:\d+: |panic: |fatal error: |signal: |exit status )/;

const mayTell = (text: string): boolean => text.includes('.go:') || /^(?:panic|fatal|signal|exit)/.test(text);

const statuses: Readonly<Record<string, GoStatus>> = { PASS: 'pass', FAIL: 'fail', SKIP: 'skip', pass: 'pass', fail: 'fail', skip: 'skip' };
const milliseconds = (seconds: string | undefined): number => Math.round(Number(seconds ?? 0) * 1000);

/** Reads one line without blanks around it; undefined where it says nothing. */
export function parseGoLine(text: string): GoLine | undefined {
  if (text.startsWith('{"')) return parseEvent(text);
  const begun = text.includes('=== ') ? run.exec(text) : null;
  if (begun !== null) return { kind: begun[1] === 'RUN' ? 'run' : 'current', package: '', test: begun[2] ?? '' };
  const ended = text.endsWith('s)') ? end.exec(text.slice(-1000)) : null;
  if (ended !== null) {
    const glued = !/^\x16?--- /.test(text);
    return { kind: 'end', package: '', test: ended[2] ?? '', status: statuses[ended[1] ?? ''] ?? 'fail', durationMs: milliseconds(ended[3]), ...(glued ? { glued } : undefined) };
  }
  return parsePackage(text) ?? (mayTell(text) && telling.test(text) ? { kind: 'output', package: '', text } : undefined);
}

function parsePackage(text: string): GoLine | undefined {
  if (text === 'PASS' || text === 'FAIL') return { kind: 'binary', status: statuses[text] ?? 'fail' };
  const passed = text.startsWith('ok') ? ok.exec(text) : null;
  if (passed !== null) return { kind: 'package', package: passed[1] ?? '', status: 'pass', ...(passed[2] === undefined ? undefined : { durationMs: milliseconds(passed[2]) }) };
  const failed = text.startsWith('FAIL') ? fail.exec(text) : null;
  if (failed !== null) return { kind: 'package', package: failed[1] ?? '', status: 'fail', ...(failed[3] === undefined ? { durationMs: milliseconds(failed[2]) } : { detail: failed[3] }) };
  const none = text.startsWith('?') ? empty.exec(text) : null;
  return none === null ? undefined : { kind: 'package', package: none[1] ?? '', status: 'skip', detail: 'no test files' };
}

/** A line of test2json. */
function parseEvent(text: string): GoLine | undefined {
  let event: unknown;
  try {
    event = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (typeof event !== 'object' || event === null || !('Action' in event)) return undefined;
  const read = (key: string): unknown => (event as Record<string, unknown>)[key];
  const [action, name, test, output, elapsed] = [read('Action'), read('Package'), read('Test'), read('Output'), read('Elapsed')];
  const of = typeof name === 'string' ? name : '';
  const durationMs = typeof elapsed === 'number' ? Math.round(elapsed * 1000) : 0;
  const status = typeof action === 'string' ? statuses[action] : undefined;
  if (typeof test === 'string') {
    if (action === 'run') return { kind: 'run', package: of, test };
    if (status !== undefined) return { kind: 'end', package: of, test, status, durationMs };
  } else {
    if (action === 'start') return { kind: 'start', package: of };
    if (status !== undefined) return { kind: 'package', package: of, status, durationMs, ...(typeof read('FailedBuild') === 'string' ? { detail: 'build failed' } : undefined) };
  }
  if (action !== 'output' || typeof output !== 'string' || !telling.test(output.trim())) return undefined;
  return { kind: 'output', package: of, text: output.trim(), ...(typeof test === 'string' ? { test } : undefined) };
}
