// A probe by TCP: a dialogue in which each step sends, or waits for what must come back.
import { connect } from 'node:net';
import type { Probe } from '../model/case.ts';
import { parsePattern } from '../model/pattern.ts';
import { formatSize } from '../model/units.ts';
import { answerLimit, describeConnection, isOurFailure, quoteAnswer, type Ports, type Try } from './try.ts';

/** More than is ever quoted. */
const shownBytes = 4096;

/** The try of a dialogue, over a connection of its own. */
export function tcpTry({ port, dialogue }: NonNullable<Probe['tcp']>, ports: Ports): Try {
  return (signal) => new Promise((resolve, reject) => {
    const socket = connect({ host: '127.0.0.1', port: ports.get(port) ?? 0 });
    let answer = Buffer.alloc(0);
    let next = 0;
    let ended = false;

    const end = (result: string | undefined): void => {
      if (ended) return;
      ended = true;
      signal.removeEventListener('abort', onAbort);
      socket.destroy();
      resolve(result);
    };
    const waitingFor = (): string => (dialogue[next]?.expect === undefined ? '' : ` at step ${next + 1}, waiting for ${dialogue[next]?.expect ?? ''}`);
    const came = (): string => (answer.length === 0 ? 'without a byte' : `after ${quoteAnswer(answer.toString('utf8'))}`);
    const onAbort = (): void => {
      end(`no answer in time${waitingFor()}: ${answer.length === 0 ? 'not a byte came' : `${quoteAnswer(answer.toString('utf8'))} came`}`);
    };

    // What has come before something is sent answers nothing that is sent now.
    const send = (): void => {
      const { send: text } = dialogue[next] ?? {};
      if (text === undefined) return;
      answer = Buffer.alloc(0);
      socket.write(text);
    };
    const advance = (): void => {
      while (next < dialogue.length) {
        const { expect } = dialogue[next] ?? {};
        if (expect !== undefined && !parsePattern(expect).matches(answer.toString('utf8'))) return;
        next += 1;
        send();
      }
      // All that was sent has left us before the connection is closed.
      socket.end(() => end(undefined));
    };

    signal.addEventListener('abort', onAbort, { once: true });
    if (signal.aborted) {
      onAbort();
      return;
    }
    socket.once('connect', () => {
      send();
      advance();
    });
    socket.on('data', (chunk) => {
      if (next >= dialogue.length) return;
      answer = Buffer.concat([answer, chunk]);
      advance();
      if (answer.length >= answerLimit && next < dialogue.length) end(`${formatSize(answer.length)} came${waitingFor()}: ${quoteAnswer(answer.toString('utf8', 0, shownBytes))}`);
    });
    socket.on('error', (error) => {
      if (isOurFailure(error)) reject(error);
      end(`${describeConnection(error)}${waitingFor()}`);
    });
    socket.once('close', () => end(next >= dialogue.length ? undefined : `the connection was closed ${came()}${waitingFor()}`));
  });
}
