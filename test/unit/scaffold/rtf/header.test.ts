import { describe, expect, it } from 'vitest';
import { parseHeader, parseLabels } from '../../../../src/scaffold/rtf/header.ts';
import { translateLabels } from '../../../../src/scaffold/rtf/needs.ts';

describe('parseHeader', () => {
  it('reads the tags of a script, each AUTHOR and ISSUE', () => {
    expect(parseHeader('#!/bin/sh\n# SUMMARY: Check that it works: all of it\n# LABELS: amd64, !win\n# REPEAT: 3\n# AUTHOR: A <a@example.org>\n# AUTHOR: B\n# ISSUE: #12\n\nset -e\n')).toEqual({
      summary: 'Check that it works: all of it',
      labels: [{ name: 'amd64', negated: false, line: 3 }, { name: 'win', negated: true, line: 3 }],
      repeat: 3, authors: ['A <a@example.org>', 'B'], issues: ['#12'], problems: [],
    });
  });

  it('takes empty tags and other comments for nothing, and carriage returns for line ends', () => {
    expect(parseHeader('# SUMMARY: s\r\n# LABELS:\r\n# REPEAT:\r\n#SUMMARY: t\n# Summary: u\n# NOTE: v\n')).toEqual({ summary: 's', labels: [], authors: [], issues: [], problems: [] });
  });

  it('says what it does not understand, with the line', () => {
    expect(parseHeader('# SUMMARY: a\n# REPEAT: slow:5\n# SUMMARY: b\n').problems).toEqual([
      { line: 2, message: 'REPEAT "slow:5": expected a number; it is run once' },
      { line: 3, message: 'a second SUMMARY: the first one is taken' },
    ]);
    expect(parseHeader('# REPEAT: 0\n')).toMatchObject({ repeat: 1, problems: [] });
    expect(parseHeader('# REPEAT: 99999999999\n')).not.toHaveProperty('repeat');
  });
});

describe('translateLabels', () => {
  const translate = (list: string) => translateLabels(parseLabels(list));

  it.each<[string, object]>([
    ['amd64', { arch: ['amd64'], labels: [] }],
    ['arm64, amd64', { arch: ['amd64', 'arm64'], labels: [] }],
    ['!arm64', { arch: ['amd64', 'arm', 'riscv64'], labels: [] }],
    ['darwin', { os: ['darwin'], labels: [] }],
    ['!osx', { os: ['linux'], labels: [] }],
    ['!win', { labels: [] }],
    ['skip', { labels: ['skip'] }],
    // One of them is enough, so neither is needed.
    ['amd64, slow', { labels: ['amd64', 'slow'] }],
  ])('%s', (list, expected) => {
    const { problems, ...translated } = translate(list);
    expect(translated).toEqual(expected);
    expect(problems).toEqual([]);
  });

  it('says what has no counterpart', () => {
    expect(translate('!slow').problems).toEqual([{ line: 1, message: expect.stringContaining('LABELS !slow') as string }]);
    expect(translate('win')).toMatchObject({ labels: ['win'], problems: [{ message: 'LABELS win: a machine that kit-test does not run on' }] });
    expect(translate('s390x')).toMatchObject({ labels: ['s390x'], problems: [{ message: expect.stringContaining('does not run on') as string }] });
  });
});
