import { createConnection } from 'node:net';
import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import { isOurFailure } from '../../../src/probe/try.ts';

const coded = (code: string): Error => Object.assign(new Error(code), { code });

describe('a try that failed', () => {
  it.each(['EMFILE', 'EADDRNOTAVAIL', 'EPERM', 'ERR_MODULE_NOT_FOUND'])('says nothing of the guest where this machine had no way to ask: %s', (code) => {
    expect(isOurFailure(coded(code))).toBe(true);
  });

  it.each(['ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'UND_ERR_SOCKET', 'HPE_INVALID_CONSTANT', 'ERR_STREAM_PREMATURE_CLOSE'])('is an answer of the guest where it was asked: %s', (code) => {
    expect(isOurFailure(coded(code))).toBe(false);
  });

  it('is an answer of the guest where nothing listens', async () => {
    const [error] = (await once(createConnection({ host: '127.0.0.1', port: 1 }), 'error').catch((reason: unknown) => [reason])) as [unknown];
    expect(error).toMatchObject({ code: 'ECONNREFUSED' });
    expect(isOurFailure(error)).toBe(false);
  });
});
