// Which build of QEMU there is: its program by content, and the firmware and option ROMs that it loads by their names, sizes and times.
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { runProgram } from '../sys/process.ts';
import { isRecord, type HostMemo } from './memo.ts';
import type { Qemu } from './qemu.ts';

/** What is the same as long as the program is. */
interface Program {
  readonly digest: string;
  /** Where it looks for firmware and ROMs. */
  readonly folders: readonly string[];
}

const month = 30 * 24 * 3600_000;

/** Another text for any other build. */
export async function qemuBuild({ path, version, sandbox }: Qemu, memo: HostMemo, signal?: AbortSignal): Promise<string> {
  const { mtimeMs, size } = await stat(path);
  const key = `qemu build ${path} ${mtimeMs} ${size}`;
  const known = await memo.recall(key, isProgram);
  const { digest, folders } = known ?? (await look(path, signal));
  if (known === undefined) await memo.remember(key, { digest, folders }, month);
  const files = await Promise.all(folders.map(listFiles));
  return createHash('sha256').update(JSON.stringify([version, sandbox, digest, files])).digest('hex');
}

async function look(path: string, signal: AbortSignal | undefined): Promise<Program> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  const { stdout } = await runProgram(path, ['-L', 'help'], { signal });
  return { digest: hash.digest('hex'), folders: stdout.split('\n').filter((line) => line !== '') };
}

/** Packages give files the times they were made at: equal on every machine. */
async function listFiles(folder: string): Promise<readonly unknown[]> {
  const names = (await readdir(folder).catch(() => [])).sort();
  return Promise.all(names.map(async (name) => {
    const found = await stat(join(folder, name)).catch(() => undefined);
    return [name, found?.size, found?.mtimeMs];
  }));
}

const isProgram = (value: unknown): value is Program => isRecord(value) && typeof value['digest'] === 'string' && Array.isArray(value['folders']) && value['folders'].every((folder) => typeof folder === 'string');
