// A probe by HTTP: status and body of one answer.
import type { Probe } from '../model/case.ts';
import { parsePattern } from '../model/pattern.ts';
import { httpOnce } from '../sys/http.ts';
import { answerLimit, describeConnection, quoteAnswer, type Ports, type Try } from './try.ts';

/** The try of an HTTP request: no proxy, no redirect. */
export function httpTry(http: NonNullable<Probe['http']>, ports: Ports): Try {
  const url = `http://127.0.0.1:${ports.get(http.port) ?? 0}${http.path}`;
  const wanted = http.body === undefined ? undefined : parsePattern(http.body);
  return async (signal) => {
    try {
      const response = await httpOnce(url, { method: http.method, headers: http.headers, ...(http.send === undefined ? {} : { body: http.send }), signal });
      const body = await readStart(response.body);
      if (response.status !== http.status) return `status ${response.status} instead of ${http.status}${body === '' ? '' : `, body ${quoteAnswer(body)}`}`;
      return wanted === undefined || wanted.matches(body) ? undefined : `status ${response.status}, but no ${wanted.source} in the body ${quoteAnswer(body)}`;
    } catch (error) {
      return signal.aborted ? 'no answer in time' : describeConnection(error);
    }
  };
}

async function readStart(stream: AsyncIterable<Uint8Array> & { destroy(): unknown }): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  try {
    for await (const chunk of stream) {
      chunks.push(chunk);
      bytes += chunk.length;
      if (bytes >= answerLimit) break;
    }
  } finally {
    stream.destroy();
  }
  return Buffer.concat(chunks).subarray(0, answerLimit).toString('utf8');
}
