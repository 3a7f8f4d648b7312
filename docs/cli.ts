// Writes docs/cli.md from the tree of commands itself. Used by test/docs.test.ts, which keeps the file true.
import type { Command } from 'commander';

export function renderCli(program: Command): string {
  const sections = program.commands.filter((command) => command.name() !== 'help').flatMap((command) => section(command, []));
  return `# Commands

Generated from the code by \`npm run docs\`; a test keeps it true.

${capturedEpilogue(program)}
${sections.join('\n')}`;
}

function section(command: Command, parents: readonly string[]): string[] {
  const path = [...parents, command.name()];
  const own = `## kit-test ${path.join(' ')}\n\n${command.description()}\n\n\`\`\`text\n${helpText(command)}\n\`\`\`\n`;
  return [own, ...command.commands.filter((child) => child.name() !== 'help').flatMap((child) => section(child, path))];
}

/** `--help` as it is printed, examples included, at a fixed width. */
function helpText(command: Command): string {
  let text = '';
  command.configureOutput({ writeOut: (part) => (text += part), getOutHelpWidth: () => 110, getOutHasColors: () => false });
  command.outputHelp();
  return text.trimEnd();
}

function capturedEpilogue(program: Command): string {
  return `\`\`\`text\n${helpText(program)}\n\`\`\`\n`;
}
