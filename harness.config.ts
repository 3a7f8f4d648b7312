import { defineConfig } from 'kit-test';

export default defineConfig({
  matrix: {
    kernels: ['5.10', '6.1', '6.12', '7.x'],
    arch: ['x86_64', 'aarch64', 'arm'],
  },
  defaultKernel: '6.12',
});
