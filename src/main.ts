#!/usr/bin/env node
// The command `kit-test`: builds the program, runs it, sets the exit code. The only place that ends the process.
import { exitCodes } from './cli/exit-codes.ts';
import { buildProgram } from './cli/program.ts';
import { presentError } from './cli/present.ts';

// Whoever read the output has gone, as in `kit-test list | head`: end as a program does that knows no better.
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
    process.exit(exitCodes.brokenPipe);
  });
}

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
// Everything was put in order; a connection that is still being made would only keep the user waiting.
if (process.exitCode === exitCodes.interrupted) process.exit();
