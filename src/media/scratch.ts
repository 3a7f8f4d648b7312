// A folder for the passing files of one medium, gone when it is made.
import { mkdir, rm } from 'node:fs/promises';
import type { FormatContext } from './context.ts';

/** Runs `work` with an empty folder. */
export async function inScratch<T>(context: Pick<FormatContext, 'cache'>, work: (folder: string) => Promise<T>): Promise<T> {
  const folder = await context.cache.temporary();
  await mkdir(folder, { recursive: true });
  try {
    return await work(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
