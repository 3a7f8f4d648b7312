import { defineConfig } from 'kit-test';

export default defineConfig({
  matrix: {
    kernels: ['5.10', '6.1', '6.12', '7.x'],
    arch: ['x86_64', 'aarch64', 'arm'],
    // Examples of real software, and boot media: one kernel on every architecture shows them at work; each further one costs a minute.
    exclude: [
      { label: 'software', kernel: '5.10' },
      { label: 'software', kernel: '6.1' },
      { label: 'software', kernel: '7.x' },
      { label: 'media', kernel: '5.10' },
      { label: 'media', kernel: '6.1' },
      { label: 'media', kernel: '7.x' },
      { label: 'media', arch: 'arm' },
    ],
  },
  defaultKernel: '6.12',
});
