// A web server on the loopback interface that misbehaves as it is told, and notes what it was asked.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export type Handler = (request: IncomingMessage, response: ServerResponse, count: number) => void;

export interface Loopback extends AsyncDisposable {
  readonly url: string;
  readonly requests: { readonly url: string; readonly range: string | undefined; readonly authorization: string | undefined }[];
}

/** Starts the server; `count` tells the handler how many requests came before. */
export async function serve(handler: Handler): Promise<Loopback> {
  const requests: Loopback['requests'] = [];
  const server = createServer((request, response) => {
    const count = requests.length;
    requests.push({ url: request.url ?? '', range: request.headers.range, authorization: request.headers.authorization });
    handler(request, response, count);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    [Symbol.asyncDispose]: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}

/** Answers like a good server: whole, or the range that was asked for. */
export function wellBehaved(body: Buffer): Handler {
  return (request, response) => {
    const from = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1] ?? Number.NaN);
    if (Number.isNaN(from)) {
      response.writeHead(200, { 'content-length': body.length }).end(body);
    } else if (from >= body.length) {
      response.writeHead(416, { 'content-range': `bytes */${body.length}` }).end();
    } else {
      response.writeHead(206, { 'content-length': body.length - from, 'content-range': `bytes ${from}-${body.length - 1}/${body.length}` }).end(body.subarray(from));
    }
  };
}

/** Announces the whole, sends `bytes` of it from `from`, and cuts the connection. */
export function cutAfter(response: ServerResponse, body: Buffer, from: number, bytes: number): void {
  if (from > 0) response.writeHead(206, { 'content-length': body.length - from, 'content-range': `bytes ${from}-${body.length - 1}/${body.length}` });
  else response.writeHead(200, { 'content-length': body.length });
  response.write(body.subarray(from, from + bytes), () => setImmediate(() => response.destroy()));
}
