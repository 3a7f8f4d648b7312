// What is written beside a guest that is kept: whether it still is as it was made.
import * as z from 'zod';

const FactsSchema = z.object({
  /** How long its boot took. */
  bootMs: z.number(),
  /** Of the file with its memory, in bytes and in milliseconds since 1970. */
  memory: z.object({ size: z.number(), mtimeMs: z.number() }),
  /** Digests. */
  state: z.string(),
  console: z.string(),
});
export type TemplateFacts = z.infer<typeof FactsSchema>;

export const writeFacts = (facts: TemplateFacts): string => JSON.stringify(facts);

/** Undefined for anything else. */
export function readFacts(text: string): TemplateFacts | undefined {
  try {
    return FactsSchema.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}
