// The symbols of a kernel, put on this machine without their compression: those that its YAML file names, else those its source has.
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { download } from '../cache/download.ts';
import type { Arch } from '../model/arch.ts';
import { located } from '../model/errors.ts';
import type { Kernel, KernelSpec } from '../model/kernel.ts';
import { isPacked, unpackSymbols } from '../symbols/read.ts';
import { redactUrl } from '../sys/http.ts';
import { forArch, type KernelFiles, type SourceContext } from './source.ts';

type Named = Exclude<KernelSpec['symbols'], undefined | Readonly<Record<string, unknown>>>;
type Remote = { readonly url: string; readonly sha256: string };

/** Undefined where nothing has any for this architecture. */
export async function fetchSymbols(spec: KernelSpec, arch: Arch, files: KernelFiles, context: SourceContext, signal: AbortSignal): Promise<Kernel['symbols']> {
  const named = spec.symbols === undefined ? undefined : forArch<Named | Remote>(spec.symbols, arch);
  if (named === undefined) return files.symbols === undefined ? undefined : { path: files.symbols, shown: `System.map of ${files.origin}` };
  try {
    return typeof named === 'string' ? await fromFile(resolve(dirname(spec.file), named), context, signal) : await fromServer(named, context, signal);
  } catch (error) {
    throw located(error, `kernel ${spec.name}`);
  }
}

async function fromFile(path: string, context: SourceContext, signal: AbortSignal): Promise<Kernel['symbols']> {
  if (!(await isPacked(path, path))) return { path, shown: path };
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash, { signal });
  return { path: await unpacked(path, path, hash.digest('hex'), context, signal), shown: path };
}

async function fromServer(remote: Remote, context: SourceContext, signal: AbortSignal): Promise<Kernel['symbols']> {
  const shown = redactUrl(remote.url);
  const path = await download(context.cache, { ...remote, name: new URL(remote.url).pathname.split('/').findLast((part) => part !== '') ?? 'symbols' }, context.progress, signal);
  return { path: await isPacked(path, shown) ? await unpacked(path, shown, remote.sha256, context, signal) : path, shown };
}

const unpacked = (path: string, shown: string, sha256: string, context: SourceContext, signal: AbortSignal): Promise<string> =>
  context.cache.entry('symbols', sha256, (draft) => unpackSymbols(path, shown, draft), signal);
