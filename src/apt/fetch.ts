// Fetches one package file into the cache: over our own HTTP where that can, else through apt's helper,
// which knows every transport and every credential that apt knows.
import { rm } from 'node:fs/promises';
import { download } from '../cache/download.ts';
import type { Cache } from '../cache/store.ts';
import { HarnessError } from '../model/errors.ts';
import type { Progress } from '../model/events.ts';
import { redactUrl } from '../sys/http.ts';
import { runProgram } from '../sys/process.ts';
import { packageUrl, type AptPackage } from './package.ts';
import { proxyFor } from './proxy.ts';

const helper = '/usr/lib/apt/apt-helper';

/** Fetches the package and returns its path in the cache. @throws HarnessError `DOWNLOAD_GONE` when the mirror no longer has it */
export async function fetchPackage(cache: Cache, mirror: string, pkg: AptPackage, progress: Progress, signal?: AbortSignal): Promise<string> {
  const url = packageUrl(mirror, pkg.path);
  const name = `${pkg.name} ${pkg.version} ${pkg.arch}`;
  if (!/^https?:/.test(url)) return throughHelper(cache, url, pkg, name, progress, signal);
  const proxy = await proxyFor(url);
  try {
    return await download(cache, { url, sha256: pkg.sha256, size: pkg.size, name, proxy }, progress, signal);
  } catch (error) {
    // The machine's apt may hold a login for this archive (apt_auth.conf(5)).
    if (error instanceof HarnessError && error.code === 'DOWNLOAD_REFUSED') {
      return throughHelper(cache, url, pkg, name, progress, signal).catch(() => Promise.reject(error));
    }
    throw error;
  }
}

async function throughHelper(cache: Cache, url: string, pkg: AptPackage, name: string, progress: Progress, signal: AbortSignal | undefined): Promise<string> {
  const draft = await cache.temporary();
  progress.download(name, 0, pkg.size, false);
  try {
    // It verifies the digest itself.
    const result = await runProgram(helper, ['download-file', url, draft, `SHA256:${pkg.sha256}`], { env: { LC_ALL: 'C' }, signal, okCodes: [0, 100] });
    if (result.code === 0) return await cache.adopt(`sha256:${pkg.sha256}`, draft);
    const gone = /404|410|Not Found|File not found/i.test(result.stderr + result.stdout);
    throw new HarnessError(gone ? 'DOWNLOAD_GONE' : 'APT_FETCH', `apt cannot fetch ${redactUrl(url)}`, { hint: "check this machine's apt configuration: apt-get update must work", cause: result.stderr });
  } finally {
    await rm(draft, { force: true });
    progress.download(name, pkg.size, pkg.size, true);
  }
}
