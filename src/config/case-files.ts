// Reads cases/NAME/case.yaml, and lets the image stage check the image that goes with it.
import { join, relative, resolve, sep } from 'node:path';
import type { Case, CaseFile, Expect } from '../model/case.ts';
import { CaseFileSchema, protocolOf } from '../model/case.ts';
import type { Issue } from '../model/errors.ts';
import { canonicalArchs, listItems } from './arch-names.ts';
import { duplicateIssues, listFolder, nameIssue } from './files.ts';
import type { FolderContext } from './kernel-files.ts';
import { scriptExpectations, scriptMistakes } from './script-rules.ts';
import { readText, shownPath } from './text.ts';
import { readYaml, type YamlResult } from './yaml.ts';

/** Checks the text of an image file; `file` is how the user would type its path. */
export type ImageChecker = (text: string, file: string) => readonly Issue[];

interface CaseContext extends FolderContext {
  /** Folder of the project. */
  readonly root: string;
  readonly imageChecker?: ImageChecker | undefined;
}

export interface CaseEntry {
  readonly case: Case;
  readonly yaml: YamlResult<CaseFile>;
}

export interface CaseFiles {
  readonly cases: readonly CaseEntry[];
  /** Names of all folders, also of those with mistakes. */
  readonly names: readonly string[];
  readonly issues: readonly Issue[];
}

export async function readCases(context: CaseContext): Promise<CaseFiles> {
  const shownFolder = shownPath(context.folder, context.cwd);
  const { entries, issues: folderIssues } = await listFolder(context.folder, shownFolder, context.optional);
  const folders = entries.filter(({ isFolder }) => isFolder).map(({ name }) => ({ name, file: join(shownFolder, name) }));
  const cases: CaseEntry[] = [];
  const issues: Issue[] = [...folderIssues];
  if (folders.length === 0 && folderIssues.length === 0 && !context.optional) {
    issues.push({ file: shownFolder, message: 'there is no case in this folder', hint: 'add a folder with a case.yaml' });
  }
  for (const { name, file } of folders) {
    const badName = nameIssue('case', name, file);
    if (badName !== undefined) issues.push(badName);
    const found = await readCase(name, context);
    issues.push(...found.issues);
    if (found.entry !== undefined) cases.push(found.entry);
  }
  issues.push(...duplicateIssues('case', folders));
  return { cases, names: folders.map(({ name }) => name), issues };
}

async function readCase(name: string, context: CaseContext): Promise<{ readonly entry?: CaseEntry; readonly issues: readonly Issue[] }> {
  const dir = join(context.folder, name);
  const path = join(dir, 'case.yaml');
  const listing = await listFolder(dir, shownPath(dir, context.cwd), false);
  if (listing.issues.length > 0) return listing;
  if (!listing.entries.some((entry) => entry.name === 'case.yaml')) {
    const other = listing.entries.find((entry) => /^case\.ya?ml$/i.test(entry.name))?.name;
    const hint = other === undefined ? 'every folder of cases is a case: add case.yaml, or move the folder elsewhere' : `rename ${other} to case.yaml`;
    return { issues: [{ file: shownPath(dir, context.cwd), message: 'this case has no case.yaml', hint }] };
  }
  const file = shownPath(path, context.cwd);
  const text = await readText(path, file);
  if ('issue' in text) return { issues: [text.issue] };
  const yaml = readYaml(text.text, file, CaseFileSchema);
  const issues = [...yaml.issues, ...(await scriptMistakes(yaml.raw, dir)).map(yaml.issue), ...(await imageIssues(yaml, dir, context))];
  if (yaml.value === undefined) return { issues };
  const { value } = yaml;
  const needed = value.needs.arch === undefined ? undefined : canonicalArchs(context.archs, listItems(value.needs.arch, ['needs', 'arch']));
  issues.push(...(needed?.mistakes ?? []).map(yaml.issue));
  const testCase: Case = {
    ...value,
    ...(value.run === undefined && value.script === undefined ? { image: value.image ?? defaultImage } : {}),
    needs: { ...value.needs, ...(needed === undefined ? {} : { arch: [...needed.names] }) },
    expect: value.script === undefined ? expectations(value.expect) : scriptExpectations(listOf(value.expect)),
    name,
    dir,
    file: path,
    source: { file: relative(context.root, path).split(sep).join('/'), line: lineOf(yaml) },
  };
  return { entry: { case: testCase, yaml }, issues };
}

const defaultImage = 'image.yml';

/** Of the key that says what runs; a case without one begins with its summary. */
function lineOf({ raw, source }: YamlResult<CaseFile>): number {
  const key = ['script', 'run', 'image', 'summary'].find((name) => typeof raw === 'object' && raw !== null && name in raw);
  return source.locate(key === undefined ? [] : [key], 'key')?.line ?? 1;
}

/** The image is checked also where case.yaml has mistakes elsewhere: all mistakes at once. */
async function imageIssues(yaml: YamlResult<CaseFile>, dir: string, context: { readonly cwd: string; readonly imageChecker?: ImageChecker | undefined }): Promise<readonly Issue[]> {
  if (typeof yaml.raw !== 'object' || yaml.raw === null || Array.isArray(yaml.raw)) return [];
  const { run, script, image = defaultImage } = yaml.raw as { readonly run?: unknown; readonly script?: unknown; readonly image?: unknown };
  if (script !== undefined) return [];
  const isGiven = 'image' in yaml.raw;
  if (run !== undefined && isGiven) return [yaml.issue({ path: ['image'], at: 'key', message: 'both "run" and "image" are given: expected one of them', hint: 'a case with "run" boots a built-in image' })];
  if (run !== undefined || typeof image !== 'string' || image === '') return [];
  const path = resolve(dir, image);
  const file = shownPath(path, context.cwd);
  const text = await readText(path, file);
  if ('text' in text) return context.imageChecker?.(text.text, file) ?? [];
  const hint = 'a case needs an image (LinuxKit YAML, image.yml if not named) or "run" with a command';
  return [yaml.issue({ path: isGiven ? ['image'] : [], message: `the image ${file}: ${text.issue.message}`, hint })];
}

/** A list that is never empty, each with its protocol: KTAP unless other evidence is named. */
function expectations(expect: CaseFile['expect']): readonly Expect[] {
  return listOf(expect).map((each) => ({ ...each, protocol: protocolOf(each) }));
}

const listOf = (expect: CaseFile['expect']): readonly Expect[] => (expect === undefined ? [{ ordered: false }] : Array.isArray(expect) ? expect : [expect]);
