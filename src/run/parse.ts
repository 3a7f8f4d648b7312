// `kit-test parse`: saved consoles, read as streams of any length and judged by the same code as live ones.
import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { decompress } from '../archive/compress.ts';
import { createGuestWatch } from '../console/guest-watch.ts';
import type { ConsoleWatch, TestResult } from '../model/console.ts';
import { HarnessError } from '../model/errors.ts';
import type { ParsedConsole, ParsedCrash } from '../model/parsed.ts';
import type { Verdict } from '../model/verdict.ts';
import { errorCode } from '../sys/fs.ts';
import { anyProtocol } from '../verdict/auto.ts';
import { describeConsole } from '../verdict/parsed.ts';
import { judgeEnded } from '../verdict/parse-text.ts';
import { failingLeaves } from '../verdict/results.ts';
import { addSources } from './crash-sources.ts';
import { createReplay } from './replay.ts';
import type { ConsoleSource } from './saved-consoles.ts';
import { asksDuration, savedEvidence, type SavedExpectations } from './saved-evidence.ts';
import type { SavedRecord } from './saved-record.ts';
import type { KernelSymbols } from './symbols.ts';

export interface ParseOptions {
  /** Undefined: the results that are found decide by what it is judged. */
  readonly by?: SavedExpectations | undefined;
  /** What was saved beside the console. */
  readonly record?: SavedRecord;
  /** Of the kernel that printed the console. */
  readonly symbols?: KernelSymbols | undefined;
  /** Told after every chunk; bytes are those of the console, unpacked. */
  readonly onProgress?: (bytes: number) => void;
}

export interface JudgedConsole {
  readonly parsed: ParsedConsole;
  /** Lines around what the verdict rests on, or the last ones, at most 40; empty for a pass. */
  readonly excerpt: ConsoleExcerpt;
  /** The lines of a crash's report; empty where there were too many to keep. */
  readonly reportOf: (crash: ParsedCrash) => ConsoleExcerpt;
  /** The deepest results that failed or never came, with the names that lead to them. */
  readonly failed: readonly { readonly names: readonly string[]; readonly result: TestResult }[];
  /** Addresses kept their form, for nothing told by how much the kernel had been moved. */
  readonly unplaced: boolean;
}

export type ConsoleExcerpt = ReturnType<ConsoleWatch['excerpt']>;

/** Reads a console to its end. One that cannot be read to its end is the verdict `error`, beside what was found until then. */
export async function parseConsole(source: ConsoleSource, { by, symbols, record = {}, onProgress }: ParseOptions): Promise<JudgedConsole> {
  const watch = createGuestWatch(by?.expect ?? anyProtocol, symbols?.symbols);
  const replay = by !== undefined && asksDuration(by) && record.times !== undefined ? createReplay(watch, record.times) : undefined;
  let bytes = 0;
  let broken: Verdict | undefined;
  try {
    // Before the console, for the time of a run is told by that.
    if (source.results !== undefined) for await (const chunk of createReadStream(source.results, { highWaterMark: chunkBytes })) watch.pushResults(chunk as Buffer);
    for await (const chunk of chunksOf(source)) {
      bytes += chunk.length;
      (replay ?? watch).push(chunk);
      onProgress?.(bytes);
    }
  } catch (error) {
    if (!(error instanceof HarnessError) && errorCode(error) === undefined) throw error;
    broken = { kind: 'error', stage: 'console', reason: `cannot be read to its end: ${error instanceof Error ? error.message : String(error)}` };
  }
  const { notJudged, ...outside } = by === undefined ? { notJudged: [] } : savedEvidence(by, record, replay);
  const judgement = judgeEnded(watch, bytes, by?.expect, outside);
  const described = describeConsole(source.name, broken === undefined ? judgement : { ...judgement, verdict: broken }, notJudged);
  const sourceOf = await sourcesOf(described, watch, symbols);
  const parsed = { ...described, crashes: described.crashes.map(sourceOf), findings: described.findings.map((finding) => (finding.kind === 'crash' ? sourceOf(finding) : finding)) };
  return {
    parsed,
    excerpt: judgement.excerpt,
    reportOf: (crash) => reportOf(watch, crash),
    failed: judgement.documents.flatMap(({ results }) => failingLeaves(results)),
    unplaced: watch.unplaced(),
  };
}

/** Adds file and line to a crash, where they are known. */
async function sourcesOf({ findings }: ParsedConsole, watch: ConsoleWatch, symbols: KernelSymbols | undefined): Promise<<C extends { readonly line: number }>(crash: C) => C & { readonly source?: string }> {
  const crashes = findings.filter((finding) => finding.kind === 'crash').sort((a, b) => a.line - b.line);
  const found = new Map((await addSources(crashes, watch, symbols?.sourceOf)).map(({ line, source }) => [line, source]));
  return (crash) => {
    const source = found.get(crash.line);
    return source === undefined ? crash : { ...crash, source };
  };
}

/** Of a crash that was not marked while it was read the watch knows nothing, and gives the last lines instead. */
function reportOf(watch: ConsoleWatch, { line, endLine }: ParsedCrash): ConsoleExcerpt {
  const lines = watch.excerpt({ line, endLine });
  return lines.some(({ number }) => number === line) ? lines : [];
}

/** The name decides what is unpacked: what a guest printed never does. */
const packed = /\.(?:gz|xz|zst)$/;
const chunkBytes = 1024 * 1024;

function chunksOf({ name, path, stream }: ConsoleSource): AsyncIterable<Uint8Array> {
  if (stream !== undefined) return stream;
  return packed.test(name) ? decompress(createReadStream(path, { highWaterMark: chunkBytes })) : readInto(path, Buffer.allocUnsafeSlow(chunkBytes));
}

/** The file through one buffer: whoever takes a chunk is done with it before the next is read. */
async function* readInto(path: string, buffer: Buffer): AsyncGenerator<Uint8Array> {
  await using file = await open(path);
  for (;;) {
    const { bytesRead } = await file.read(buffer, 0, buffer.length);
    if (bytesRead === 0) return;
    yield buffer.subarray(0, bytesRead);
  }
}
