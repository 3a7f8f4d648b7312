// Lines are looked at more closely only where words are in them: the words must let no line pass that matters.
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { interrupts } from '../../../../src/console/crashes/damage.ts';
import { isInjected, startsStack } from '../../../../src/console/crashes/frames.ts';
import { firstRule } from '../../../../src/console/crashes/name.ts';
import { reportWords } from '../../../../src/console/crashes/report.ts';
import { isTriggered, triggers } from '../../../../src/console/crashes/triggers.ts';

const folders = ['../../../corpus/kernel-logs/', '../../../../../shared/corpus/kernel-logs/'].map((path) => new URL(path, import.meta.url)).filter((folder) => existsSync(folder));
const lines = folders.flatMap((folder) => readdirSync(folder).filter((name) => name.endsWith('.log')).flatMap((name) => readFileSync(new URL(name, folder), 'utf8').split(/\r?\n/)));
const holds = (words: readonly string[]) => (line: string): boolean => words.some((word) => line.includes(word));

describe('the words of crash reports', () => {
  it('are in every line of real reports that begins a stack, interrupts a report or is injected', () => {
    const telling = lines.filter((line) => startsStack(line) || interrupts(line) || isInjected(line));
    expect(telling.length).toBeGreaterThan(20);
    expect(telling.filter((line) => !holds(reportWords)(line))).toEqual([]);
  });

  it('are in every line of real reports that a rule names', () => {
    const headers = lines.filter((line) => firstRule(line) !== undefined);
    expect(headers.length).toBeGreaterThan(20);
    expect(headers.filter((line) => !holds(triggers)(line) || !isTriggered(line))).toEqual([]);
  });
});
