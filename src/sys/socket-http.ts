// HTTP GET over a unix socket of this machine, as services such as docker offer it. The network has http.ts.
import { request } from 'node:http';
import type { Readable } from 'node:stream';

export interface SocketResponse {
  readonly status: number;
  /** Must be read or destroyed. */
  readonly body: Readable;
}

/** A service may take long before the first byte of a big answer, but not this long. */
const SILENT_MS = 300_000;

/** One GET, neither repeated nor redirected. */
export function getFromSocket(socketPath: string, path: string, signal: AbortSignal): Promise<SocketResponse> {
  return new Promise((resolve, reject) => {
    const asked = request({ socketPath, path, headers: { host: 'localhost', 'user-agent': 'kit-test' }, signal, timeout: SILENT_MS, agent: false }, (response) => {
      resolve({ status: response.statusCode ?? 0, body: response });
    });
    asked.on('timeout', () => asked.destroy(new Error('the service stopped sending')));
    asked.on('error', reject);
    asked.end();
  });
}
