import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    projects: [
      { test: { name: 'unit', include: ['test/unit/**/*.test.ts', 'test/contract/**/*.test.ts', 'test/*.test.ts'], testTimeout: 30_000 } },
      // Once more for what a busy host spoils: guests under TCG share its CPUs with whatever else it does.
      { test: { name: 'e2e', include: ['test/e2e/**/*.test.ts'], testTimeout: 300_000, hookTimeout: 1_200_000, fileParallelism: false, retry: 1 } },
    ],
  },
});
