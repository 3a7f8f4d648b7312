// `kit-test schema`: the JSON Schemas that editors use.
import { Argument, type Command } from 'commander';

const names = ['harness', 'case', 'kernel', 'report'] as const;

export function addSchema(program: Command): void {
  program
    .command('schema')
    .summary('print a JSON Schema')
    .description('Print the JSON Schema of a file that kit-test reads or writes.')
    .addArgument(new Argument('<name>', 'which file').choices(names))
    .addHelpText('after', '\nExample:\n  kit-test schema case > case.schema.json\n')
    .action(async (name: (typeof names)[number]) => {
      const { jsonSchemas } = await import('../../config/json-schema.ts');
      const { reportJsonSchema } = await import('../../report/json-schema.ts');
      const schemas = { ...jsonSchemas(), report: reportJsonSchema() };
      process.stdout.write(`${JSON.stringify(schemas[name], null, 2)}\n`);
    });
}
