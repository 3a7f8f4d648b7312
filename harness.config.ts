import { defineConfig } from 'kit-test';

export default defineConfig({
  matrix: {
    kernels: ['5.10', '6.1', '6.12', '7.x'],
    arch: ['x86_64', 'aarch64', 'arm'],
    exclude: [
      // Examples of real software, and boot media: one kernel on every architecture shows them at work; each further one costs a minute.
      ...['5.10', '6.1', '7.x'].flatMap((kernel) => ['software', 'media'].map((label) => ({ label, kernel }))),
      { label: 'media', arch: 'arm' },
    ],
  },
  defaultKernel: '6.12',
});
