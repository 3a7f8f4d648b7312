// Image files are LinuxKit YAML: read by the configuration stage, checked by the image stage, brought together here.
import { readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import type { Case } from '../model/case.ts';
import { ConfigError, type Issue } from '../model/errors.ts';
import { readYaml } from '../config/yaml.ts';
import { checkLinuxkit } from '../image/linuxkit/checks.ts';
import { LinuxkitSchema, type LinuxkitDocument } from '../image/linuxkit/schema.ts';

export interface ImageSource {
  readonly yaml: LinuxkitDocument;
  /** Folder that relative paths of the document count from. */
  readonly baseDir: string;
}

/** Everything wrong with the text of an image file. */
export function checkImageText(text: string, file: string): readonly Issue[] {
  return readImageText(text, file).issues;
}

/** The image of a `run:` case and of `exec`: a shell and its tools, nothing else. */
export const commandImage: LinuxkitDocument = { init: ['builtin:init', 'apt:busybox-static'] };

/** The image of a case. The file was checked with the project; it may have changed since. */
export async function readImageSource(testCase: Case): Promise<ImageSource> {
  if (testCase.image === undefined) return { yaml: commandImage, baseDir: testCase.dir };
  const path = resolve(testCase.dir, testCase.image);
  const { value, issues } = readImageText(await readFile(path, 'utf8'), path);
  if (value === undefined) throw new ConfigError(issues);
  return { yaml: value, baseDir: dirname(path) };
}

function readImageText(text: string, file: string): { readonly value?: LinuxkitDocument; readonly issues: readonly Issue[] } {
  const { value, issues, issue } = readYaml(text, file, LinuxkitSchema);
  if (value === undefined) return { issues };
  const mistakes = checkLinuxkit(value).map(issue);
  return mistakes.length > 0 ? { issues: mistakes } : { value, issues };
}
