// The tags that rtf reads from the comments of a script: `# SUMMARY: text`. Pure.
// @see linuxkit/rtf, docs/USER_GUIDE.md, "Writing tests"

export interface Label {
  readonly name: string;
  /** `!name`: not where the run has it. */
  readonly negated: boolean;
  /** Where it is written; from 1. */
  readonly line: number;
}

export interface Header {
  /** Counts for the whole tree's group.sh only. */
  readonly name?: string;
  readonly summary?: string;
  readonly labels: readonly Label[];
  readonly repeat?: number;
  readonly authors: readonly string[];
  readonly issues: readonly string[];
  readonly problems: readonly Problem[];
}

export interface Problem {
  /** From 1; undefined for the whole file. */
  readonly line?: number | undefined;
  readonly message: string;
}

const known = ['NAME', 'SUMMARY', 'LABELS', 'REPEAT', 'AUTHOR', 'ISSUE'] as const;
type TagName = (typeof known)[number];

interface Tag {
  readonly name: TagName;
  readonly value: string;
  readonly line: number;
}

/** Every line of the script counts, as for rtf. Of a tag that may be there once, the first one. */
export function parseHeader(text: string): Header {
  const tags = text.split(/\r?\n/).flatMap((line, index) => tagOf(line, index + 1));
  const all = (name: TagName): readonly Tag[] => tags.filter((tag) => tag.name === name && tag.value !== '');
  const [name] = all('NAME');
  const [summary] = all('SUMMARY');
  const [labels] = all('LABELS');
  const [repeat] = all('REPEAT');
  const count = repeat === undefined ? undefined : repeatOf(repeat);
  const twice = (['NAME', 'SUMMARY', 'LABELS'] as const).flatMap((tag) => all(tag).slice(1).map(({ line }): Problem => ({ line, message: `a second ${tag}: the first one is taken` })));
  return {
    ...(name === undefined ? {} : { name: name.value }),
    ...(summary === undefined ? {} : { summary: summary.value }),
    labels: labels === undefined ? [] : parseLabels(labels.value, labels.line),
    ...(typeof count === 'number' ? { repeat: count } : {}),
    authors: all('AUTHOR').map(({ value }) => value),
    issues: all('ISSUE').map(({ value }) => value),
    problems: [...twice, ...(typeof count === 'object' ? [count] : [])].sort((a, b) => (a.line ?? 0) - (b.line ?? 0)),
  };
}

function tagOf(text: string, line: number): readonly Tag[] {
  const { word = '', value = '' } = /^# (?<word>[A-Z]+):(?<value>.*)$/.exec(text)?.groups ?? {};
  const name = known.find((each) => each === word);
  return name === undefined ? [] : [{ name, value: value.trim(), line }];
}

/** `a, !b` as in a LABELS tag and in `rtf -l`. */
export const parseLabels = (list: string, line = 1): readonly Label[] =>
  list.split(',').map((part) => part.trim()).filter((part) => part.replace(/^!/, '') !== '')
    .map((part) => ({ name: part.replace(/^!/, ''), negated: part.startsWith('!'), line }));

/** rtf itself takes a number only, whatever its guide says. */
function repeatOf({ value, line }: Tag): number | Problem {
  const count = /^\d+$/.test(value) ? Number(value) : undefined;
  if (count === undefined) return { line, message: `REPEAT ${JSON.stringify(value)}: expected a number; it is run once` };
  if (count > 1000) return { line, message: `REPEAT ${value}: at most 1000 are run` };
  return Math.max(1, count);
}
