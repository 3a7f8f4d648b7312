#!/usr/bin/env node
// The command `kit-test`: builds the program, runs it, sets the exit code. The only place that ends the process.
import { buildProgram } from './cli/program.ts';
import { presentError } from './cli/present.ts';

try {
  const program = buildProgram((code) => {
    process.exitCode = code;
  });
  await program.parseAsync(process.argv);
} catch (error) {
  const { text, exitCode } = presentError(error);
  if (text !== '') process.stderr.write(text);
  process.exitCode = exitCode;
}
