// Probes against real servers on loopback: what succeeds, what is said of what does not, and when asking ends.
import { createServer as createHttp, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createTcp, type AddressInfo, type Server as TcpServer, type Socket } from 'node:net';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ProbeSchema } from '../../../src/model/case.ts';
import type { ProbeOutcome } from '../../../src/model/probe.ts';
import { askProbes } from '../../../src/probe/probes.ts';

const servers: (Server | TcpServer)[] = [];
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kit-test-probe-'));
});
afterAll(async () => {
  for (const server of servers) server.close();
  await rm(folder, { recursive: true, force: true });
});

async function listen(server: Server | TcpServer): Promise<number> {
  servers.push(server);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}
const http = (answer: (request: IncomingMessage, response: ServerResponse) => void): Promise<number> => listen(createHttp(answer));
const tcp = (talk: (socket: Socket) => void): Promise<number> => listen(createTcp((socket) => {
  socket.on('error', () => undefined);
  talk(socket);
}));

/** Asks as YAML would say it; the guest's port 1 is `port`. */
async function ask(probes: readonly object[], port = 0, signal = new AbortController().signal): Promise<readonly ProbeOutcome[]> {
  const parsed = probes.map((probe) => ProbeSchema.parse({ deadline: '900ms', interval: '50ms', ...probe }));
  return askProbes(parsed, { ports: new Map([[1, port]]), folder, scale: 1 }, signal);
}
async function one(probe: object, port = 0): Promise<ProbeOutcome> {
  const [outcome] = await ask([probe], port);
  return outcome ?? expect.fail('no outcome');
}

describe('an HTTP probe', () => {
  it('succeeds by status and body, with the method, headers and body it is told', async () => {
    const seen: unknown[] = [];
    const port = await http((request, response) => {
      request.setEncoding('utf8').on('data', (body: string) => seen.push([request.method, request.url, request.headers['x-word'], body]));
      request.on('end', () => void response.writeHead(201).end('created it'));
    });
    const outcome = await one({ http: { port: 1, path: '/a?b=c', method: 'POST', headers: { 'X-Word': 'yes' }, send: 'text', status: 201, body: '/^created/' } }, port);
    expect(outcome).toMatchObject({ name: 'POST /a?b=c on port 1', status: 'pass', tries: 1 });
    expect(seen).toEqual([['POST', '/a?b=c', 'yes', 'text']]);
  });

  it('is asked again until the service answers', async () => {
    let asked = 0;
    const port = await http((_, response) => void response.writeHead((asked += 1) < 3 ? 503 : 200).end('ok'));
    expect(await one({ http: { port: 1 }, deadline: '10s' }, port)).toMatchObject({ status: 'pass', tries: 3 });
  });

  it.each<[string, object, (request: IncomingMessage, response: ServerResponse) => void, RegExp]>([
    ['another status', {}, (_, response) => void response.writeHead(404).end('not\nhere'), /^status 404 instead of 200, body "not\\nhere"$/],
    ['a body without the pattern', { body: 'PONG' }, (_, response) => void response.end('PING'), /^status 200, but no PONG in the body "PING"$/],
    ['a redirect, which is not followed', {}, (_, response) => void response.writeHead(302, { location: '/there' }).end(), /^status 302 instead of 200$/],
    ['a connection that is cut', {}, (request) => void request.socket.destroy(), /^the connection was closed without an answer$/],
    ['no answer at all', {}, () => undefined, /^no answer in time$/],
    ['escape sequences, which are not passed on', { body: 'x' }, (_, response) => void response.end('\u001b[2Jy\u2028'), /"\ufffd\[2Jy\ufffd"$/],
  ])('fails with what came back last: %s', async (_, more, answer, words) => {
    const outcome = await one({ http: { port: 1, ...more } }, await http(answer));
    expect(outcome.status).toBe('fail');
    expect(outcome.last).toMatch(words);
    expect(outcome.tries).toBeGreaterThan(0);
  });

  it('fails where nothing listens', async () => {
    const server = createTcp();
    const port = await listen(server);
    server.close();
    expect(await one({ http: { port: 1 } }, port)).toMatchObject({ status: 'fail', last: 'the connection was refused' });
  });

  it('reads no more than the start of an endless body', async () => {
    const port = await http((_, response) => {
      const more = (): void => {
        while (response.write(Buffer.alloc(65536, 'a')));
        response.once('drain', more);
      };
      more();
    });
    expect(await one({ http: { port: 1, body: 'aaa' }, deadline: '20s' }, port)).toMatchObject({ status: 'pass' });
  });

  it('takes what has come of an answer that never ends', async () => {
    const port = await http((_, response) => void response.write('event: hello\n'));
    expect(await one({ http: { port: 1 } }, port)).toMatchObject({ status: 'pass' });
    expect(await one({ http: { port: 1, body: '/^event: hello$/' } }, port)).toMatchObject({ status: 'fail' });
    expect(await one({ http: { port: 1, body: 'hello' } }, port)).toMatchObject({ status: 'pass' });
    expect(await one({ http: { port: 1, body: 'bye' } }, port)).toMatchObject({ status: 'fail', last: 'status 200, but no bye in the body "event: hello\\n", which has not ended in time' });
  });

  it('does not ask the proxy of the environment', async () => {
    const before = process.env['http_proxy'];
    process.env['http_proxy'] = 'http://127.0.0.1:9';
    try {
      expect(await one({ http: { port: 1 } }, await http((_, response) => void response.end()))).toMatchObject({ status: 'pass' });
    } finally {
      if (before === undefined) delete process.env['http_proxy'];
      else process.env['http_proxy'] = before;
    }
  });
});

describe('a TCP probe', () => {
  const redis = (socket: Socket): void => {
    let stored = '';
    socket.setEncoding('utf8').on('data', (text: string) => {
      for (const line of text.trim().split('\r\n')) {
        if (line === 'PING') socket.write('+PONG\r\n');
        else if (line.startsWith('SET ')) socket.write((stored = line.slice(6)) === '' ? '-ERR\r\n' : '+OK\r\n');
        else socket.write(`$${stored.length}\r\n${stored}\r\n`);
      }
    });
  };

  it('sends and expects step by step', async () => {
    const dialogue = [{ send: 'PING\r\n', expect: '+PONG' }, { send: 'SET k value\r\n', expect: '/^\\+OK/' }, { send: 'GET k\r\n', expect: 'value' }];
    expect(await one({ tcp: { port: 1, dialogue } }, await tcp(redis))).toMatchObject({ status: 'pass', tries: 1 });
  });

  it('waits for a greeting before it speaks, and for an answer that comes in pieces', async () => {
    const port = await tcp((socket) => {
      socket.write('220 he');
      setTimeout(() => socket.write('llo\r\n'), 20);
      socket.once('data', () => socket.end('221 bye\r\n'));
    });
    expect(await one({ tcp: { port: 1, dialogue: [{ expect: '/^220 hello/' }, { send: 'QUIT\r\n' }, { expect: '221' }] }, deadline: '5s' }, port)).toMatchObject({ status: 'pass' });
  });

  it('takes nothing that came before a question for its answer', async () => {
    const port = await tcp((socket) => void socket.write('READY\r\n'));
    expect(await one({ tcp: { port: 1, dialogue: [{ expect: 'READY' }, { send: 'are you?\n', expect: 'READY' }] } }, port)).toMatchObject({ status: 'fail', last: expect.stringMatching(/^no answer in time at step 2, waiting for READY: not a byte came$/) as string });
  });

  it('gives up on an answer that is endless', async () => {
    const port = await tcp((socket) => {
      const more = (): void => {
        while (socket.writable && socket.write(Buffer.alloc(65536, 'yes\n')));
        socket.once('drain', more);
      };
      more();
    });
    const { status, last, tries } = await one({ tcp: { port: 1, dialogue: [{ expect: 'no' }] }, deadline: '3s' }, port);
    expect({ status, last }).toEqual({ status: 'fail', last: expect.stringMatching(/^1M came at step 1, waiting for no: "yes\\nyes.*…"$/) as string });
    expect(tries).toBeGreaterThan(1);
  });

  it.each<[string, (socket: Socket) => void, RegExp]>([
    ['a connection closed without a byte, as QEMU does for a port nobody listens on', (socket) => void socket.end(), /^the connection was closed without a byte at step 1, waiting for PONG$/],
    ['another answer', (socket) => void socket.end('-ERR no\r\n'), /^the connection was closed after "-ERR no\\r\\n" at step 1, waiting for PONG$/],
    ['an answer that never ends', (socket) => void socket.write('…'), /^no answer in time at step 1, waiting for PONG: "…" came$/],
  ])('fails with %s', async (_, talk, words) => {
    const outcome = await one({ tcp: { port: 1, dialogue: [{ send: 'PING\r\n', expect: 'PONG' }] } }, await tcp(talk));
    expect(outcome.status).toBe('fail');
    expect(outcome.last).toMatch(words);
  });
});

describe('a command probe', () => {
  it('runs in the folder of the case and learns the ports', async () => {
    await writeFile(join(folder, 'check.sh'), '#!/bin/sh\n[ "$1" = "127.0.0.1:4711" ] && [ "$KIT_TEST_PORT_1" = 4711 ] && echo "$PWD" >seen\n', { mode: 0o755 });
    expect(await one({ command: ['./check.sh', '127.0.0.1:{port:1}'], deadline: '10s' }, 4711)).toMatchObject({ status: 'pass', tries: 1 });
    expect(await readFile(join(folder, 'seen'), 'utf8')).toBe(`${folder}\n`);
  });

  it.each<[string, string, RegExp]>([
    ['its status and last line', 'echo first; echo because >&2; exit 3', /^exit status 3: "because"$/],
    ['its status alone where it says nothing', 'exit 1', /^exit status 1$/],
    ['the signal that ended it', 'kill -9 $$', /^ended by SIGKILL$/],
    ['that it hangs', 'echo waiting; sleep 1000', /^not finished in time: "waiting"$/],
  ])('fails with %s', async (_, script, words) => {
    const outcome = await one({ command: ['sh', '-c', script], deadline: '900ms' });
    expect(outcome.status).toBe('fail');
    expect(outcome.last).toMatch(words);
  });

  it('ends what it has started too', async () => {
    const marker = `${Date.now()}.25`;
    await one({ command: ['sh', '-c', `sleep ${marker} & sleep ${marker}; true`] });
    const { execFileSync } = await import('node:child_process');
    expect(execFileSync('ps', ['-eo', 'args'], { encoding: 'utf8' })).not.toContain(`sleep ${marker}`);
  });

  it('waits for nothing that went into a session of its own', async () => {
    const script = 'setsid sh -c "echo \\$\\$ >away; exec sleep 60" & while [ ! -s away ]; do sleep 0.1; done';
    expect(await one({ command: ['sh', '-c', script], deadline: '20s' })).toMatchObject({ status: 'pass', tries: 1 });
    process.kill(Number(await readFile(join(folder, 'away'), 'utf8')));
  });

  it('is our own failure where the program does not exist', async () => {
    await expect(one({ command: ['./no-such-program'] })).rejects.toMatchObject({ code: 'PROBE_NOT_STARTED', hint: expect.stringContaining("case's folder") as string });
  });
});

describe('several probes', () => {
  it('are asked in order, and none after one that failed', async () => {
    const outcomes = await ask([{ name: 'a', command: ['true'], deadline: '10s' }, { name: 'b', command: ['false'] }, { name: 'c', command: ['true'] }]);
    expect(outcomes.map(({ name, status, tries }) => [name, status, tries > 0])).toEqual([['a', 'pass', true], ['b', 'fail', true], ['c', 'missing', false]]);
    expect(outcomes[2]?.last).toBe('never asked: the probe "b" before it had not succeeded');
  });

  it('end with the guest: what had not succeeded is missing, with the last answer', async () => {
    const ending = new AbortController();
    let asked = 0;
    const port = await http((_, response) => {
      if ((asked += 1) === 2) ending.abort(new Error('the guest had ended'));
      response.writeHead(500).end();
    });
    const [first, second] = await ask([{ http: { port: 1 }, deadline: '30s' }, { command: ['true'] }], port, ending.signal);
    expect(first).toMatchObject({ status: 'missing', last: 'the guest had ended; last answer: status 500 instead of 200' });
    expect(second).toMatchObject({ status: 'missing', tries: 0 });
  });

  it('are not asked at all of a guest that has ended', async () => {
    expect(await ask([{ command: ['true'] }], 0, AbortSignal.abort(new Error('the guest had ended before it was ready')))).toMatchObject([{ status: 'missing', tries: 0, last: 'never asked: the guest had ended before it was ready' }]);
  });

  it('stretch their deadlines', async () => {
    let asked = 0;
    const port = await http((_, response) => void response.writeHead((asked += 1) < 10 ? 500 : 200).end());
    const probe = ProbeSchema.parse({ http: { port: 1 }, deadline: '10ms', interval: '5ms' });
    expect(await askProbes([probe], { ports: new Map([[1, port]]), folder, scale: 2000 }, new AbortController().signal)).toMatchObject([{ status: 'pass', tries: 10 }]);
  });
});
