// `kit-test new case`: a case from a template.
import { type Command, Option } from 'commander';
import { caseTemplates } from '../../scaffold/case.ts';
import type { NewCaseOptions } from '../actions/new-case.ts';
import { addProjectOptions } from '../options.ts';

export function addNew(program: Command): void {
  const command = program.command('new').summary('make a case from a template').description('Make a case from a template.');
  const templates = Object.entries(caseTemplates).map(([name, { summary }]) => `  ${name.padEnd(8)}${summary}`);
  addProjectOptions(command.command('case').description('Write cases/NAME with its case.yaml and what it runs.').argument('<name>', 'name of the case, which is its folder'))
    .addOption(new Option('--template <name>', 'what it is made of').choices(Object.keys(caseTemplates)).default('script'))
    .option('--summary <text>', 'one line that says what it shows')
    .addHelpText('after', `\nTemplates:\n${templates.join('\n')}\n\nExamples:\n  kit-test new case mounts && kit-test run mounts\n  kit-test new case limits --template ktap --summary 'cgroups limit what they say'\n`)
    .action(async (name: string, options: NewCaseOptions) => {
      const { makeCase } = await import('../actions/new-case.ts');
      await makeCase(name, options);
    });
}
