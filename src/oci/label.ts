// The label org.mobyproject.config: an image's own word on how it wants to run, as JSON or YAML text.
import type { z } from 'zod';
import { HarnessError, UsageError } from '../model/errors.ts';
import { closest } from '../model/suggest.ts';
import type { ImageConfig } from './manifest.ts';
import { ContainerOptionsSchema, type ContainerOptions } from './options.ts';

const LABEL = 'org.mobyproject.config';

/**
 * The options of an image's label, none where it has no label.
 * @throws HarnessError `IMAGE_LABEL_INVALID`
 */
export function labelOptions(config: ImageConfig | undefined, parseYaml: (text: string) => unknown): ContainerOptions {
  const text = config?.config?.Labels?.[LABEL];
  if (text === undefined || text.trim() === '') return {};
  let value: unknown;
  try {
    value = parseYaml(text);
  } catch (error) {
    throw invalid(error instanceof Error ? error.message : String(error), error);
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw invalid('expected a mapping');
  for (const key of ['name', 'image']) if (key in value) throw invalid(`${key} cannot be set in a label`);
  const result = ContainerOptionsSchema.safeParse(value);
  if (!result.success) throw invalid(result.error.issues.flatMap(explain).join('; '));
  return result.data;
}

/** zod's issues with the key each is about; keys at the top that nobody knows with the one that was meant. */
function explain(issue: z.core.$ZodIssue): readonly string[] {
  if (issue.code !== 'unrecognized_keys') return [`${issue.path.join('.')}: ${issue.message}`];
  return issue.keys.map((key) => {
    const meant = issue.path.length === 0 ? closest(key, Object.keys(ContainerOptionsSchema.shape)) : undefined;
    return `unknown key "${[...issue.path, key].join('.')}"${meant === undefined ? '' : `, did you mean "${meant}"?`}`;
  });
}

function invalid(why: string, cause?: unknown): HarnessError {
  return new UsageError('IMAGE_LABEL_INVALID', `the label ${LABEL} of the image is wrong: ${why}`, { hint: 'build the image again with a correct label', cause });
}
