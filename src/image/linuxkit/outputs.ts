// `outputs:` of 2017 said what to write; today that is a flag of the build command, which may ask here.
import type { LinuxkitDocument } from './schema.ts';

/** The formats a document of 2017 asks for, each once; none where it says nothing. */
export function outputFormats(doc: LinuxkitDocument): readonly string[] {
  return [...new Set((doc.outputs ?? []).map(({ format }) => format))];
}
