// Ends for tests, made from short texts: `pass`, `fail x`, `error`, `known x`, `wavered`, each with `@inputs` behind it.
import fc from 'fast-check';
import type { End } from '../../../src/model/history.ts';

export const at = (second: number): string => new Date(Date.UTC(2026, 10, 21, 9, 30, 0) + second * 1000).toISOString();

export function endFrom(text: string, index: number, cell = 'boot/6.1/arm'): End {
  const [words = '', inputs] = text.split('@');
  const [word = '', failure = ''] = words.trim().split(' ');
  const base = { cell, run: `run-${index}`, at: at(index), durationMs: 1000, ...(inputs === undefined ? {} : { inputs }) };
  if (word === 'pass') return { ...base, verdict: 'pass' };
  if (word === 'wavered') return { ...base, verdict: 'pass', wavered: true };
  if (word === 'known') return { ...base, verdict: 'fail', failure: `fail: ${failure}`, known: true };
  return { ...base, verdict: word as 'fail' | 'error', failure: `${word}: ${failure}` };
}

export const endsFrom = (texts: readonly string[]): readonly End[] => texts.map((text, index) => endFrom(text, index));

export const anyEndText = fc.tuple(fc.constantFrom('pass', 'fail a', 'fail b', 'error a', 'known a', 'wavered'), fc.constantFrom('', '@1', '@2', '@3')).map((parts) => parts.join(''));
