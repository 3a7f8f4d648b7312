// The cases that the tests of an rtf tree become. Pure.
import { dirname } from 'node:path';
import type { NewFiles } from '../files.ts';
import type { Problem } from './header.ts';
import { translateLabels } from './needs.ts';
import type { RtfTest, RtfTree } from './tree.ts';

export interface ImportOptions {
  /** Path of the tree as it is seen from the folder of a case, with `/`. */
  readonly root: string;
  /** The scripts lie beside case.yaml. */
  readonly copied: boolean;
  /** Total limit of each case, as it is written there. */
  readonly timeout: string;
}

export interface ImportedCase {
  readonly name: string;
  /** Folder of the test, below the tree. */
  readonly folder: string;
}

export interface Import {
  readonly cases: readonly ImportedCase[];
  /** case.yaml of each, by its path below the folder of cases. */
  readonly files: NewFiles;
  /** What could not be carried over, with the script that says it. */
  readonly problems: readonly (Problem & { readonly path: string })[];
  /** Labels that rtf runs tests for only where it is asked to, with the number of their cases. */
  readonly onlyAsked: ReadonlyMap<string, number>;
}

export function importCases({ tests, problems, ...beside }: RtfTree, options: ImportOptions): Import {
  const taken = new Set<string>();
  const files: Record<string, string> = {};
  const all: (Problem & { readonly path: string })[] = [...problems];
  const onlyAsked = new Map<string, number>();
  const cases = tests.map((test): ImportedCase => {
    const { name, problem } = nameFor(test, taken);
    taken.add(name);
    const { yaml, labels, problems: found } = caseOf(test, name, beside, options);
    files[`${name}/case.yaml`] = yaml;
    all.push(...[...(problem === undefined ? [] : [problem]), ...test.header.problems, ...found].map((each) => ({ ...each, path: test.path })));
    for (const label of labels.filter((each) => !each.startsWith('!'))) onlyAsked.set(label, (onlyAsked.get(label) ?? 0) + 1);
    return { name, folder: dirname(test.path) };
  });
  return { cases, files, problems: all, onlyAsked };
}

const longestName = 80;

/** As rtf names it, in the letters that names of cases have, and unlike any other. */
function nameFor({ names }: RtfTest, taken: ReadonlySet<string>): { readonly name: string; readonly problem?: Problem } {
  const ofRtf = names.join('.');
  const plain = ofRtf.toLowerCase().replaceAll(/[^a-z0-9._-]+/g, '-').replace(/^[^a-z0-9]+/, '').slice(0, longestName - 4) || 'test';
  let name = plain;
  for (let number = 2; taken.has(name); number += 1) name = `${plain}-${number}`;
  return name === ofRtf ? { name } : { name, problem: { message: `rtf's name ${JSON.stringify(ofRtf)} becomes ${name}, also in RT_TEST_NAME` } };
}

function caseOf({ path, header, groups }: RtfTest, name: string, beside: Pick<RtfTree, 'before' | 'after'>, { root, copied, timeout }: ImportOptions): { readonly yaml: string; readonly labels: readonly string[]; readonly problems: readonly Problem[] } {
  const inherited = groups.flatMap((group) => group.header.labels.map((label) => ({ ...label, line: 1 })));
  const { arch, os, labels, problems } = translateLabels([...header.labels, ...inherited]);
  const needs = [...(arch === undefined ? [] : [`arch: ${list(arch)}`]), ...(os === undefined ? [] : [`os: ${list(os)}`])];
  const lines = [
    `# From ${root}/${path}`,
    ...header.authors.map((author) => `# Author: ${author}`),
    ...header.issues.map((issue) => `# Issue: ${issue}`),
    `summary: ${JSON.stringify(header.summary ?? name)}`,
    ...(labels.length === 0 ? [] : [`labels: ${list(labels)}`]),
    ...(needs.length === 0 ? [] : [`needs: { ${needs.join(', ')} }`]),
    'script:',
    `  file: ${JSON.stringify(copied ? './test.sh' : `${root}/${path}`)}`,
    `  root: ${JSON.stringify(root)}`,
    ...(['before', 'after'] as const).flatMap((key) => (beside[key] === undefined ? [] : [`  ${key}: ${JSON.stringify(`${root}/${beside[key]}`)}`])),
    ...(header.repeat === undefined || header.repeat === 1 ? [] : [`  repeat: ${header.repeat}`]),
    ...(groups.length === 0 ? [] : [`group: [${groups.map((group) => JSON.stringify(`${root}/${group.path}`)).join(', ')}]`]),
    `timeouts: { total: ${timeout} }`,
  ];
  return { yaml: `${lines.join('\n')}\n`, labels, problems };
}

/** JSON is YAML. */
const list = (words: readonly string[]): string => `[${words.map((word) => (/^[a-z][a-z0-9._-]*$/.test(word) && !reserved.includes(word) ? word : JSON.stringify(word))).join(', ')}]`;
const reserved = ['true', 'false', 'null', 'yes', 'no', 'on', 'off', 'y', 'n'];
