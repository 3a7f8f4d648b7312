// What `kit-test init` writes into a repository. Pure: the caller asks the questions and writes the files.
import { newCase } from './case.ts';
import type { NewFiles } from './files.ts';

export interface InitAnswers {
  /** Names of kernels, oldest first. */
  readonly kernels: readonly string[];
  readonly archs: readonly string[];
  /** With a workflow for GitHub Actions. */
  readonly workflow: boolean;
}

/** `kernelFile` gives the text of kernels/NAME.yaml. */
export function newProject({ kernels, archs, workflow }: InitAnswers, kernelFile: (name: string) => string): NewFiles {
  return {
    'harness.config.ts': `import { defineConfig } from 'kit-test';

export default defineConfig({
  matrix: {
    kernels: [${kernels.map(quoted).join(', ')}],
    arch: [${archs.map(quoted).join(', ')}],
  },
});
`,
    ...Object.fromEntries(kernels.map((name) => [`kernels/${name}.yaml`, kernelFile(name)])),
    ...Object.fromEntries(Object.entries(newCase('hello', 'script', 'the kernel boots, and runs a script')).map(([path, text]) => [`cases/${path}`, text])),
    ...(workflow ? { '.github/workflows/kit-test.yml': workflowFile } : {}),
  };
}

const quoted = (text: string): string => `'${text}'`;

const workflowFile = `name: kernels
on:
  push:
    branches: [main]
  pull_request:

permissions:
  contents: read

jobs:
  matrix:
    runs-on: ubuntu-latest
    timeout-minutes: 60
    steps:
      - uses: actions/checkout@v5
        with:
          persist-credentials: false
      - uses: kit-test/kit-test@v1
`;
