// The texts of a document that LinuxKit changes before it reads them (linuxkit.md §1.7).
import type { LinuxkitDocument } from '../linuxkit/schema.ts';

/**
 * The document after LinuxKit's templates: a text that begins with @ is taken for one and vanishes (quirk at-scalar);
 * `@pkg:` stays where it leads to no package.
 */
export const applyTemplates = (doc: LinuxkitDocument): LinuxkitDocument => template(doc) as LinuxkitDocument;

function template(value: unknown): unknown {
  if (typeof value === 'string') return value.startsWith('@') && !value.startsWith('@pkg:') ? '' : value;
  if (Array.isArray(value)) return value.map(template);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [template(key), template(item)]));
}
