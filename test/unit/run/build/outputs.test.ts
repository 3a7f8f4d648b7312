// What `kit-test build` leaves behind when a file cannot be written, and what it refuses before it builds anything.
import { mkdir, mkdtemp, readdir, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { writeOutputs } from '../../../../src/run/build/request.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kit-test-outputs-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const failure = (code: string): Error => Object.assign(new Error(code), { code });

describe('writing outputs', () => {
  it('takes away what was begun, and keeps what an earlier build made', async () => {
    const [begun, earlier] = [join(folder, 'x.tar'), join(folder, 'x-kernel')];
    await writeFile(earlier, 'whole');
    await utimes(earlier, 1, 1);
    const work = async (): Promise<never> => {
      await writeFile(begun, 'half');
      throw failure('ENOSPC');
    };
    await expect(writeOutputs([begun, earlier], work)).rejects.toMatchObject({ code: 'DISK_FULL' });
    expect(await readdir(folder)).toEqual(['x-kernel']);
  });

  it.each([
    ['ENOSPC', 'DISK_FULL', 'there is no space left'],
    ['EACCES', 'BUILD_FOLDER', 'it may not be written to'],
    ['EROFS', 'BUILD_FOLDER', 'the file system is read-only'],
  ])('says of %s what it is, where, and what to do', async (errno, code, what) => {
    await expect(writeOutputs(['/out/x.tar'], () => Promise.reject(failure(errno)))).rejects.toMatchObject({ code, message: `/out/x.tar cannot be written: ${what}`, hint: expect.stringContaining('--dir') as string });
  });

  it('leaves other failures and folders as they are', async () => {
    await mkdir(join(folder, 'x.tar'));
    const other = failure('EMFILE');
    await expect(writeOutputs([join(folder, 'x.tar')], () => Promise.reject(other))).rejects.toBe(other);
    expect(await readdir(folder)).toEqual(['x.tar']);
  });
});
