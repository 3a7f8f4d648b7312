// The function that types a project's configuration. It imports nothing at run time, for every harness.config.ts loads it.
import type { HarnessConfig } from '../model/harness.ts';

/** Types the default export of harness.config.ts; gives back what it gets. */
export function defineConfig(config: HarnessConfig): HarnessConfig {
  return config;
}
