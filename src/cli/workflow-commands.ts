// In GitHub Actions a line that begins with `::` is a command, whoever prints it. What a guest says is printed as it is, so
// the runner is told not to listen meanwhile.
// https://docs.github.com/actions/reference/workflows-and-actions/workflow-commands#stopping-and-starting-workflow-commands
import { randomUUID } from 'node:crypto';

/** The runner is told on standard error: what goes to standard output stays the guest's, byte for byte. */
export async function withoutWorkflowCommands<T>(env: Readonly<Record<string, string | undefined>>, stderr: { write(text: string): unknown }, work: () => Promise<T>): Promise<T> {
  if (env['GITHUB_ACTIONS'] !== 'true') return work();
  // Nobody who is not told can have it begin again.
  const token = randomUUID();
  stderr.write(`::stop-commands::${token}\n`);
  try {
    return await work();
  } finally {
    stderr.write(`\n::${token}::\n`);
  }
}
