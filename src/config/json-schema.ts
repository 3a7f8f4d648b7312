// JSON Schemas of what users write, for editors: generated from the schemas that check it.
import * as z from 'zod';
import { CaseFileSchema } from '../model/case.ts';
import { HarnessSchema } from '../model/harness.ts';
import { KernelFileSchema } from '../model/kernel.ts';

export type JsonSchema = Readonly<Record<string, unknown>>;

/** JSON Schema (draft 2020-12) of harness.config.ts, cases/NAME/case.yaml and kernels/NAME.yaml. */
export function jsonSchemas(): Readonly<Record<'harness' | 'case' | 'kernel', JsonSchema>> {
  return {
    harness: generate('harness', 'kit-test project (harness.config.ts)', HarnessSchema),
    case: generate('case', 'kit-test case (cases/NAME/case.yaml)', CaseFileSchema),
    kernel: generate('kernel', 'kit-test kernel (kernels/NAME.yaml)', KernelFileSchema),
  };
}

function generate(name: string, title: string, schema: z.ZodType): JsonSchema {
  const { $schema, ...rest } = z.toJSONSchema(schema, { io: 'input', target: 'draft-2020-12' });
  return { $schema, $id: `urn:kit-test:schema:${name}`, title, ...rest };
}
