// Where the time of a run went, on the terminal.
import type { ReporterModule } from '../reporter.ts';
import { columnsOf, detectCapabilities } from '../terminal/detect.ts';
import { renderProfile } from '../terminal/profile.ts';

export default {
  name: 'profile',
  create: ({ stdout, env }) => ({
    name: 'profile',
    onEnd(report, reporters = []) {
      stdout.write(renderProfile(report, { theme: detectCapabilities(env, stdout.isTTY === true), columns: columnsOf(stdout, env), reporters }));
      return Promise.resolve();
    },
  }),
} satisfies ReporterModule;
