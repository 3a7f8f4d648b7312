// Templates: guests that have booted and wait for the root file system of a case, kept in the cache by all that they depend
// on. A cell's guest goes on from a copy of one, made by the memory management of this machine: copy on write.
import { createHash } from 'node:crypto';
import { mkdir, open, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Cache } from '../../cache/store.ts';
import { HarnessError } from '../../model/errors.ts';
import { exists, isWritable } from '../../sys/fs.ts';
import { readFacts, writeFacts } from '../../boot/warm/facts.ts';
import type { Snapshot } from '../../boot/warm/snapshot.ts';

/** A template in the cache. */
export interface Template {
  readonly key: string;
  /** The guest's memory. */
  readonly memory: string;
  /** Bytes of it that are not zeros' holes. */
  readonly memoryBytes: number;
  /** State of the devices. */
  readonly state: string;
  /** What it printed while it booted. */
  readonly console: Uint8Array;
  readonly bootMs: number;
}

const KIND = 'template';

/** Where a template that is being made has its files. */
export interface TemplatePlaces {
  readonly memory: string;
  /** Empty drives, in place of those that its copies have: one to be read, one to be written to, and the payload's. */
  readonly blank: string;
  readonly scratch: string;
  readonly payload: string;
}

/** Boots a guest with these files, and keeps it. */
export type BootTemplate = (places: TemplatePlaces, signal: AbortSignal) => Promise<Snapshot>;

const blankBytes = 1024 * 1024;
/** The guest keeps what it was told of the payload's size: more than any will have. It takes no room on disk. */
export const payloadRoom = 16 * 1024 ** 3;

/** The template of a key, made where there is none. */
export async function openTemplate(key: string, cache: Cache, boot: BootTemplate, signal: AbortSignal): Promise<Template> {
  for (let tries = 0; tries < 2; tries += 1) {
    await cache.entry(KIND, key, (temporary, shared) => make(temporary, boot, shared), signal);
    const found = await findTemplate(key, cache);
    if (found === undefined) {
      await cache.drop(KIND, key);
      continue;
    }
    // QEMU opens it for writing although it never writes.
    if (!(await isWritable(found.memory))) throw new HarnessError('NO_WARM_START', `QEMU cannot open ${found.memory}, which cannot be written`);
    return found;
  }
  throw new HarnessError('TEMPLATE_FAILED', 'what was kept of its guest is changed as soon as it is written', { hint: 'put the cache on another file system' });
}

/** The template of a key where there is one that is as it was made. */
export async function findTemplate(key: string, cache: Cache): Promise<Template | undefined> {
  return read(key, cache.entryPath(KIND, key)).catch(() => undefined);
}

/** Whether there is one, in whatever state. Who uses it opens it: that notes the use, by which the longest unused are known. */
export const hasTemplate = (key: string, cache: Cache): Promise<boolean> => exists(cache.entryPath(KIND, key));

/** Forgets one that no guest could go on from. */
export const dropTemplate = (key: string, cache: Cache): Promise<void> => cache.drop(KIND, key);

async function make(folder: string, boot: BootTemplate, signal: AbortSignal): Promise<void> {
  await mkdir(folder, { recursive: true });
  const places: TemplatePlaces = { memory: join(folder, 'memory'), blank: join(folder, 'blank'), scratch: join(folder, 'scratch'), payload: join(folder, 'payload') };
  for (const [path, bytes] of [[places.blank, blankBytes], [places.scratch, blankBytes], [places.payload, payloadRoom]] as const) {
    await using file = await open(path, 'w');
    await file.truncate(bytes);
  }
  const { state, console, bootMs } = await boot(places, signal);
  for (const path of [places.blank, places.scratch, places.payload]) await rm(path);
  await writeFile(join(folder, 'state'), state);
  await writeFile(join(folder, 'console'), console);
  const { size, mtimeMs } = await stat(places.memory);
  await writeFile(join(folder, 'template.json'), writeFacts({ bootMs, memory: { size, mtimeMs }, state: digest(state), console: digest(console) }));
}

/** Undefined for one that is not as it was made. Its memory is too large to be read for that: size and time of change tell. */
async function read(key: string, folder: string): Promise<Template | undefined> {
  const facts = readFacts(await readFile(join(folder, 'template.json'), 'utf8'));
  if (facts === undefined) return undefined;
  const [memory, state, console] = await Promise.all([stat(join(folder, 'memory')), readFile(join(folder, 'state')), readFile(join(folder, 'console'))]);
  const isWhole = memory.size === facts.memory.size && Math.floor(memory.mtimeMs) === Math.floor(facts.memory.mtimeMs) && digest(state) === facts.state && digest(console) === facts.console;
  if (!isWhole) return undefined;
  return { key, memory: join(folder, 'memory'), memoryBytes: memory.blocks * 512, state: join(folder, 'state'), console, bootMs: facts.bootMs };
}

const digest = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
