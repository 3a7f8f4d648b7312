// What the check run of a run says: its verdict, the summary, and annotations at the cases' YAML. Pure.
// https://docs.github.com/rest/checks/runs
import { inParts } from '../../model/parts.ts';
import type { RunReport } from '../../model/report.ts';
import { exitCode } from '../exit-code.ts';
import { caseAnnotations, type Annotation } from './annotations.ts';
import { headline, renderSummary } from './summary.ts';

export interface CheckAnnotation {
  /** Relative to the repository. */
  readonly path: string;
  readonly start_line: number;
  readonly end_line: number;
  readonly annotation_level: 'failure' | 'warning';
  readonly title: string;
  readonly message: string;
  readonly raw_details?: string;
}

export interface CheckOutput {
  readonly title: string;
  readonly summary: string;
  readonly annotations?: readonly CheckAnnotation[];
}

export type Conclusion = 'success' | 'failure' | 'cancelled';

/** Of one request; others are added by further ones. */
const annotationsOfRequest = 50;
/** More than that nobody reads; the summary has them. */
const annotationsOfRun = 300;
/** GitHub's limit in characters; bytes are never fewer. */
const summaryLimit = 65_535;

export function conclusionOf({ totals, interrupted }: RunReport): Conclusion {
  if (interrupted) return 'cancelled';
  return exitCode({ totals, interrupted, brokenReporters: 0 }) === 0 ? 'success' : 'failure';
}

/** Outputs for requests one after the other; the first is the whole but for further annotations. `prefix` leads from the repository to the project. */
export function checkOutputs(report: RunReport, prefix: string): readonly [CheckOutput, ...CheckOutput[]] {
  const head = { title: headline(report), summary: renderSummary(report, summaryLimit) };
  const annotations = caseAnnotations(report).slice(0, annotationsOfRun).flatMap((annotation) => placed(annotation, prefix));
  const batches = inParts(annotations, annotationsOfRequest);
  const [first, ...rest] = batches.map((batch) => ({ ...head, annotations: batch }));
  return [first ?? head, ...rest];
}

/** An annotation has a place, or GitHub has no place for it. */
function placed({ level, title, message, details, source }: Annotation, prefix: string): readonly CheckAnnotation[] {
  if (source === undefined) return [];
  return [{
    path: prefix + source.file,
    start_line: source.line,
    end_line: source.line,
    annotation_level: level === 'error' ? 'failure' : 'warning',
    title,
    message,
    ...(details === undefined ? {} : { raw_details: details }),
  }];
}
