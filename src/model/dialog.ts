// A dialog on the console: wait for what the guest prints, then type an answer. What a case says of it, and how its steps ended.
import * as z from 'zod';
import { parseExpression, parsePattern, PatternSchema } from './pattern.ts';
import { Duration } from './units.ts';

const isExpression = (pattern: string): boolean => parseExpression(pattern) !== undefined;

const DialogStepSchema = z.strictObject({
  wait: PatternSchema
    .refine((pattern) => isExpression(pattern) || !/[\r\n]/.test(pattern), 'expected text of one line: a step looks at one line at a time')
    .refine((pattern) => !parsePattern(pattern).matches(''), 'expected an expression that does not match before anything is printed')
    .describe('text, or /regular expression/, that the guest prints: it counts with its last character, also on a line without end, such as `login: `'),
  send: z.string().min(1).optional().describe('text to type then; it is sent as it is: write "root\\n" in double quotes for Enter'),
  within: Duration.refine((ms) => ms > 0, 'expected a duration longer than nothing').default(30_000).describe('how long to wait: for the first step from when user space begins, then from the step before; stretched under TCG as time limits are. Of a saved console it is judged where its run tells how the steps ended'),
});
export type DialogStep = z.infer<typeof DialogStepSchema>;

export const DialogSchema = z
  .array(DialogStepSchema)
  .min(1)
  .describe('what the guest prints and is answered on its console, step by step: log in on a getty, answer a prompt. Every step must come, in this order. Colours and other control sequences do not count; what the guest echoes does');

/** How a step of a live dialog ended. */
export interface DialogOutcome {
  readonly wait: string;
  /** `fail`: its deadline came. `missing`: the guest ended before, or it was not its turn yet. */
  readonly status: 'pass' | 'fail' | 'missing';
  /** How long it was waited for; 0 for one whose turn never came. */
  readonly durationMs: number;
  /** Its deadline, stretched. */
  readonly limitMs: number;
}

/** The name of a step's result; steps count from 1. */
export const dialogStepName = (step: number, wait: string): string => `dialog step ${step}: ${isExpression(wait) ? wait : `"${wait}"`}`;
