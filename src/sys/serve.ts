// Serves the files of one folder to this machine's browsers, and nothing else to nobody else.
import { createReadStream } from 'node:fs';
import { realpath, stat } from 'node:fs/promises';
import { createServer, type ServerResponse } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { extname, join, sep } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { HarnessError } from '../model/errors.ts';
import { errorCode } from './fs.ts';

const types: Readonly<Record<string, string>> = { '.html': 'text/html; charset=utf-8', '.js': 'text/javascript; charset=utf-8', '.json': 'application/json', '.xml': 'application/xml' };
/** Whatever a guest has written is shown as text. */
const usual = 'text/plain; charset=utf-8';

export interface FolderServer extends AsyncDisposable {
  readonly port: number;
}

/**
 * Listens on 127.0.0.1; port 0 is one that is free.
 * @throws HarnessError `PORT_TAKEN`
 */
export async function serveFolder(folder: string, port: number): Promise<FolderServer> {
  const root = await realpath(folder);
  const server = createServer((request, response) => {
    const isRead = request.method === 'GET' || request.method === 'HEAD';
    // Another site's page must not read this one through a name that leads here.
    const isOurs = /^(?:127\.0\.0\.1|localhost)(?::\d+)?$/.test(request.headers.host ?? '');
    if (!isRead || !isOurs) response.writeHead(isOurs ? 405 : 403).end();
    else send(root, request.url ?? '/', request.method === 'HEAD', response).catch(() => response.destroy());
  });
  server.listen(port, '127.0.0.1');
  try {
    await once(server, 'listening');
  } catch (error) {
    throw new HarnessError('PORT_TAKEN', `cannot listen on port ${port} of 127.0.0.1 (${errorCode(error) ?? String(error)})`, { hint: 'name another with --port, or leave it out', cause: error });
  }
  return {
    port: (server.address() as AddressInfo).port,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

async function send(root: string, url: string, headOnly: boolean, response: ServerResponse): Promise<void> {
  const path = await within(root, url);
  const found = path === undefined ? undefined : await stat(path);
  if (path === undefined || found?.isFile() !== true) {
    response.writeHead(404, { 'content-type': usual }).end('not found\n');
    return;
  }
  response.writeHead(200, { 'content-type': types[extname(path)] ?? usual, 'content-length': found.size, 'x-content-type-options': 'nosniff', 'cache-control': 'no-store' });
  if (headOnly) response.end();
  else await pipeline(createReadStream(path), response);
}

/** The file that a URL names, below the folder, links followed; undefined for any other. */
async function within(root: string, url: string): Promise<string | undefined> {
  try {
    const name = decodeURIComponent(url.split(/[?#]/)[0] ?? '');
    const path = await realpath(join(root, name === '/' ? 'index.html' : name));
    return path.startsWith(root + sep) ? path : undefined;
  } catch {
    return undefined;
  }
}
