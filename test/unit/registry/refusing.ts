// For tests that need no images of registries: a client that says so when it is asked after all.
import type { Registry } from '../../../src/registry/registry.ts';

const refuse = (): never => {
  throw new Error('an image of a registry was asked for');
};

export const noRegistry: Registry = { image: refuse, fetch: refuse, resolve: refuse };
