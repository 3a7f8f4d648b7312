// The words of which one stands in every line that begins a report.
import { crashFamilies } from './index.ts';

const all = [...new Set(crashFamilies.map((family) => family.trigger))];

/** One that holds another adds nothing. */
export const triggers: readonly string[] = all.filter((one) => !all.some((other) => other !== one && one.includes(other)));

const escaped = triggers.map((text) => text.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&'));
// One expression for all would be slow: the engine skips ahead by the letters that may come, and over a text of small letters
// the words in capitals are skipped to much faster alone.
const expressions = [/^[A-Z]/, /^[^A-Z]/].map((kind) => new RegExp(escaped.filter((text) => kind.test(text)).join('|')));

/** The line may begin a report. */
export const isTriggered = (text: string): boolean => expressions.some((expression) => expression.test(text));
