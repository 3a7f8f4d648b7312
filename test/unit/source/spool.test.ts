// Archives as they are kept: equal archives give equal files, in whatever pieces their bytes came.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { openCache } from '../../../src/cache/store.ts';
import { spoolTar } from '../../../src/source/spool.ts';
import { temporaryFolder } from '../cache/folder.ts';
import { layerOf } from '../oci/layout-folder.ts';

const signal = new AbortController().signal;

async function* pieces(bytes: Buffer, sizes: readonly number[]): AsyncGenerator<Uint8Array> {
  let at = 0;
  for (let index = 0; at < bytes.length; index += 1) {
    const end = at + (sizes[index % sizes.length] ?? 1);
    yield await Promise.resolve(bytes.subarray(at, end));
    at = end;
  }
}

it('keeps an archive up to its end marker, whatever follows and however it is cut', async () => {
  const cache = await openCache(join(await temporaryFolder(), 'cache'));
  const archive = await layerOf([{ name: 'a', content: 'x'.repeat(5000) }, { name: 'b/c', content: 'y' }]);
  let round = 0;
  const kept = async (bytes: Buffer, sizes: readonly number[]): Promise<Buffer> => {
    round += 1;
    return readFile((await spoolTar(cache, `round ${round}`, () => pieces(bytes, sizes), signal)).path);
  };
  const whole = await kept(archive, [archive.length]);
  expect(whole.length % 512).toBe(0);
  expect(archive.subarray(0, whole.length).equals(whole)).toBe(true);
  await fc.assert(
    fc.asyncProperty(fc.array(fc.integer({ min: 1, max: 9000 }), { minLength: 1, maxLength: 5 }), fc.nat(20_000), async (sizes, more) => {
      expect((await kept(Buffer.concat([archive, Buffer.alloc(more)]), sizes)).equals(whole)).toBe(true);
    }),
    { numRuns: 50 },
  );
});
