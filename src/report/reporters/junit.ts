// junit.xml: the data of junit-document.ts as XML that both Jenkins' xunit schema and Surefire's accept.
import type { RunReport } from '../../model/report.ts';
import { fileReporter } from '../file-reporter.ts';
import { suiteOf, type JunitCase, type JunitSuite } from '../junit-document.ts';
import { clip, xmlText } from '../text.ts';
import { xmlCharacters, xmlLeaf, xmlParent, xmlSection } from '../xml.ts';

export default fileReporter('junit', 'junit.xml', () => Promise.resolve(renderJunit));

/** Order in which Surefire's schema wants the children of a testcase. */
const order = ['failure', 'rerunFailure', 'flakyFailure', 'skipped', 'error', 'rerunError', 'flakyError', 'system-out'];

/** Longer lines are cut: a reader's browser has to show them. */
const lineLimit = 2000;

interface Counts {
  readonly tests: number;
  readonly failures: number;
  readonly errors: number;
  readonly skipped: number;
}

/** Suites become text one by one: as data, those of thousands of cells take many times the memory. */
function renderJunit(report: RunReport): string {
  const suites = report.cells.map((cell) => {
    const suite = suiteOf(cell, report.startedAt);
    const counts = countsOf(suite.cases);
    return { counts, xml: renderSuite(suite, counts) };
  });
  const sum = (name: keyof Counts): number => suites.reduce((total, { counts }) => total + counts[name], 0);
  // No schema has a place for skipped cases here.
  const root = { name: attribute(`kit-test ${report.id}`), tests: sum('tests'), failures: sum('failures'), errors: sum('errors') };
  return `<?xml version="1.0" encoding="UTF-8"?>${xmlParent(0, 'testsuites', root, suites.map(({ xml }) => xml))}\n`;
}

function countsOf(cases: readonly JunitCase[]): Counts {
  const number = (tag: string): number => cases.filter(({ outcome }) => outcome?.tag === tag).length;
  return { tests: cases.length, failures: number('failure'), errors: number('error'), skipped: number('skipped') };
}

function renderSuite({ name, timestamp, seconds: time, properties, cases }: JunitSuite, counts: Counts): string {
  const listed = properties.map(([key, value]) => xmlLeaf(3, 'property', { name: key, value: attribute(value) }));
  return xmlParent(1, 'testsuite', { name: attribute(name), timestamp, time: seconds(time), ...counts }, [xmlParent(2, 'properties', {}, listed), ...cases.map(renderCase)]);
}

function renderCase({ name, classname, seconds: time, outcome, reruns, output }: JunitCase): string {
  const children: readonly (readonly [name: string, xml: string])[] = [
    ...(outcome === undefined ? [] : [[outcome.tag, renderOutcome(outcome)] as const]),
    ...reruns.map((rerun) => [rerun.tag, renderRerun(rerun)] as const),
    ...(output === '' ? [] : [['system-out', xmlLeaf(3, 'system-out', {}, xmlSection(lines(output)))] as const]),
  ];
  const sorted = [...children].sort(([a], [b]) => order.indexOf(a) - order.indexOf(b));
  return xmlParent(2, 'testcase', { name: attribute(name), classname: attribute(classname), time: seconds(time) }, sorted.map(([, xml]) => xml));
}

function renderOutcome({ tag, type, message, text }: NonNullable<JunitCase['outcome']>): string {
  const said = message === '' ? undefined : attribute(message);
  return tag === 'skipped' ? xmlLeaf(3, tag, { message: said }) : xmlLeaf(3, tag, { message: said, type }, xmlSection(lines(text)));
}

function renderRerun({ tag, type, message, text, output }: JunitCase['reruns'][number]): string {
  const evidence = output === '' ? [] : [xmlLeaf(4, 'system-out', {}, xmlCharacters(lines(output)))];
  return xmlParent(3, tag, { message: attribute(message), type }, [xmlLeaf(4, 'stackTrace', {}, xmlCharacters(lines(text))), ...evidence]);
}

const seconds = (value: number): number => Math.round(value * 1000) / 1000;

const lines = (text: string): string => xmlText(text).split('\n').map((line) => clip(line, lineLimit)).join('\n');

const attribute = (text: string): string => clip(xmlText(text).replace(/\s*\n\s*/g, ' '), lineLimit);
