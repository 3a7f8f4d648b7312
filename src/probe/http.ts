// A probe by HTTP: status and body of one answer.
import type { Probe } from '../model/case.ts';
import { parsePattern } from '../model/pattern.ts';
import { httpOnce } from '../sys/http.ts';
import { answerLimit, describeConnection, isOurFailure, quoteAnswer, type Ports, type Try } from './try.ts';

/** The try of an HTTP request: no proxy, no redirect. */
export function httpTry(http: NonNullable<Probe['http']>, ports: Ports): Try {
  const url = `http://127.0.0.1:${ports.get(http.port) ?? 0}${http.path}`;
  const wanted = http.body === undefined ? undefined : parsePattern(http.body);
  return async (signal) => {
    try {
      const response = await httpOnce(url, { method: http.method, headers: http.headers, ...(http.send === undefined ? {} : { body: http.send }), signal });
      if (response.status === http.status && wanted === undefined) {
        response.body.destroy();
        return undefined;
      }
      const { text, isWhole } = await readStart(response.body, signal);
      const body = `body ${quoteAnswer(text)}${isWhole ? '' : ', which has not ended in time'}`;
      if (wanted === undefined || response.status !== http.status) return `status ${response.status} instead of ${http.status}${text === '' ? '' : `, ${body}`}`;
      return wanted.matches(text) ? undefined : `status ${response.status}, but no ${wanted.source} in the ${body}`;
    } catch (error) {
      if (signal.aborted) return 'no answer in time';
      if (isOurFailure(error)) throw error;
      return describeConnection(error);
    }
  };
}

/** A service may never end its answer: then what has come in time is looked at. */
async function readStart(stream: AsyncIterable<Uint8Array> & { destroy(): unknown }, signal: AbortSignal): Promise<{ readonly text: string; readonly isWhole: boolean }> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  try {
    for await (const chunk of stream) {
      chunks.push(chunk);
      bytes += chunk.length;
      if (bytes >= answerLimit) break;
    }
  } catch (error) {
    if (!signal.aborted) throw error;
  } finally {
    stream.destroy();
  }
  return { text: Buffer.concat(chunks).subarray(0, answerLimit).toString('utf8'), isWhole: !signal.aborted };
}
