// What a cell's evidence means.
import { assertNever } from './errors.ts';

export type Stage = 'config' | 'kernel' | 'image' | 'boot' | 'console' | 'report';

export type Verdict =
  | { readonly kind: 'pass' }
  /** The guest said no, or did not give the evidence it promised. */
  | { readonly kind: 'fail'; readonly reason: string; readonly line?: number }
  /** The kernel said no. */
  | { readonly kind: 'crash'; readonly title: string; /** What the title leaves out, in words. */ readonly detail?: string; readonly line: number; readonly endLine: number }
  | { readonly kind: 'timeout'; readonly phase: 'boot' | 'silence' | 'total'; readonly limitMs: number; readonly reason: string; /** Where it hung, in words; part of the reason too. */ readonly where?: string }
  /** Our side failed: never blamed on the kernel or the case. */
  | { readonly kind: 'error'; readonly stage: Stage; readonly reason: string; readonly hint?: string }
  | { readonly kind: 'skip'; readonly reason: string };

export type VerdictKind = Verdict['kind'];

/** Of a cell that was not allowed to end, or to begin: it says nothing about the case. */
export const interrupted = { kind: 'skip', reason: 'interrupted' } as const satisfies Verdict;

const phaseNames = { kernel: 'getting the kernel', image: 'building the image', boot: 'boot' } as const;

/** Of a cell whose process was killed in this stage. */
export const interruptedDuring = (stage: keyof typeof phaseNames): Verdict => ({ kind: 'error', stage, reason: `interrupted during ${phaseNames[stage]}` });

/** The run ended before the cell did. */
export const isCutOff = (verdict: Verdict): boolean => (verdict.kind === 'skip' && verdict.reason === interrupted.reason) || (verdict.kind === 'error' && verdict.reason.startsWith('interrupted during '));

/** Short text of why, the same in every report; empty for a pass. */
export function verdictReason(verdict: Verdict): string {
  switch (verdict.kind) {
    case 'pass': return '';
    case 'crash': return verdict.detail === undefined ? verdict.title : `${verdict.title} (${verdict.detail})`;
    case 'fail': case 'timeout': case 'error': case 'skip': return verdict.reason;
    default: return assertNever(verdict);
  }
}
