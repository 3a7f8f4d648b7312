// Image files are LinuxKit YAML: read by the configuration stage, checked by the image stage, brought together here.
// Several files make one document; every mistake points at the file it stands in.
import { readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import type { Case } from '../model/case.ts';
import { ConfigError, HarnessError, type Issue } from '../model/errors.ts';
import { readYaml, type YamlResult } from '../config/yaml.ts';
import { checkLinuxkit } from '../image/linuxkit/checks.ts';
import { mergeDocuments, originOf, type ParsedFile } from '../image/linuxkit/merge.ts';
import { isPackage, resolvePackages } from '../image/linuxkit/packages.ts';
import { LinuxkitSchema, type LinuxkitDocument } from '../image/linuxkit/schema.ts';
import type { WrittenImage } from './cell-files.ts';

export interface ImageSource {
  readonly yaml: LinuxkitDocument;
  /** Folder that relative paths of the document count from. */
  readonly baseDir: string;
  /** Where a key of the document stands, for messages: `image.yml:3:5`. */
  readonly placeOf?: (path: readonly (string | number)[]) => string;
  /** What was read and is not used, in words. */
  readonly notices?: readonly string[];
}

/** An image file as text. */
export interface ImageText {
  readonly text: string;
  /** As the user would type it. */
  readonly file: string;
  readonly baseDir: string;
}

/** Everything wrong with the text of an image file. */
export function checkImageText(text: string, file: string): readonly Issue[] {
  return readImageTexts([{ text, file, baseDir: '/' }]).issues;
}

/** The image of a `run:` case and of `exec`: a shell and its tools, nothing else. */
export const commandImage: LinuxkitDocument = { init: ['builtin:init', 'apt:busybox-static'] };

/** The image of a case. The file was checked with the project; it may have changed since. */
export async function readImageSource(testCase: Case): Promise<ImageSource> {
  if (testCase.image === undefined) return { yaml: commandImage, baseDir: testCase.dir };
  const path = resolve(testCase.dir, testCase.image);
  return openImage([{ text: await readFile(path, 'utf8'), file: path, baseDir: dirname(path) }]);
}

/** The image file of a case as it is written; undefined for a case that has none. */
export async function readWrittenImage(testCase: Case): Promise<WrittenImage | undefined> {
  if (testCase.image === undefined) return undefined;
  const path = resolve(testCase.dir, testCase.image);
  const { value, issues } = readImageTexts([{ text: await readFile(path, 'utf8'), file: path, baseDir: dirname(path) }]);
  if (value === undefined) throw new ConfigError(issues);
  return { doc: value, baseDir: dirname(path) };
}

/**
 * The document that the texts make together, its package templates filled in.
 * @throws ConfigError with every mistake of all of them
 */
export async function openImage(texts: readonly ImageText[], signal?: AbortSignal): Promise<ImageSource> {
  const { value, issues, parsed, files, notices } = readImageTexts(texts);
  if (value === undefined) throw new ConfigError(issues);
  const baseDir = files[0]?.baseDir ?? '/';
  const { doc, unknown } = await resolvePackages(value, { baseDir, parseYaml, signal });
  // A text that only looks like a template stays as it is; an image has to be named.
  const wrong = unknown.filter(({ path }) => path[0] === 'init' || path.at(-1) === 'image');
  if (wrong.length > 0) throw new ConfigError(wrong.map(({ path, problem }) => issueIn(parsed, files, path, problem)));
  return {
    yaml: doc,
    baseDir,
    notices: [...notices, ...unknown.map(({ path, problem }) => `${placeIn(parsed, files, path)}: ${problem}: the text stays as it is`)],
    placeOf: (path) => placeIn(parsed, files, path),
  };
}

/** The YAML of labels and of build.yml: any value; throws on text that is none. */
export function parseYaml(text: string): unknown {
  // The schema's opinion does not matter here, only whether there was anything to judge.
  const { raw, issues } = readYaml(text, 'text', LinuxkitSchema, { dialect: 'linuxkit' });
  const [problem] = issues;
  if (raw === undefined) throw new HarnessError('YAML_INVALID', problem === undefined ? 'this is no YAML' : `line ${problem.line ?? 1}: ${problem.message}`);
  return raw;
}

type Parsed = YamlResult<LinuxkitDocument>;

interface ImageResult {
  readonly value?: LinuxkitDocument;
  readonly issues: readonly Issue[];
  readonly parsed: readonly Parsed[];
  readonly files: readonly ParsedFile[];
  readonly notices: readonly string[];
}

function readImageTexts(texts: readonly ImageText[]): ImageResult {
  const parsed = texts.map(({ text, file }) => readYaml(text, file, LinuxkitSchema, { dialect: 'linuxkit' }));
  const notices = parsed.flatMap((each) => each.notices);
  const files = parsed.map(({ value = {} }, index): ParsedFile => ({ doc: value, baseDir: texts[index]?.baseDir ?? '/' }));
  const broken = parsed.flatMap(({ issues }) => issues);
  const value = mergeDocuments(files);
  // What one document says of another cannot be judged while a file is not understood.
  const mistakes = broken.length > 0 ? [] : checkLinuxkit(value, isPackage).map(({ path, message, hint, first }) => {
    const before = first === undefined ? '' : `, first at ${placeIn(parsed, files, first)}`;
    return issueIn(parsed, files, path, `${message}${before}`, hint);
  });
  const issues = [...broken, ...inOrder(mistakes, texts)];
  return { issues, parsed, files, notices, ...(issues.length > 0 ? {} : { value }) };
}

function inOrder(issues: readonly Issue[], texts: readonly ImageText[]): readonly Issue[] {
  const place = ({ file }: Issue): number => texts.findIndex((text) => text.file === file);
  return [...issues].sort((a, b) => place(a) - place(b) || (a.line ?? 0) - (b.line ?? 0) || (a.column ?? 0) - (b.column ?? 0));
}

function issueIn(parsed: readonly Parsed[], files: readonly ParsedFile[], path: readonly (string | number)[], message: string, hint?: string): Issue {
  const origin = originOf(files, path);
  return parsed[origin.file]?.issue({ path: origin.path, message, ...(hint === undefined ? {} : { hint }) }) ?? { file: '', message };
}

function placeIn(parsed: readonly Parsed[], files: readonly ParsedFile[], path: readonly (string | number)[]): string {
  const origin = originOf(files, path);
  const found = parsed[origin.file];
  const position = found?.positionOf(origin.path);
  return `${found?.source.file ?? ''}${position === undefined ? '' : `:${position.line}:${position.column}`}`;
}
