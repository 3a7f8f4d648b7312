import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { runProgram, streamProgram } from '../../../src/sys/process.ts';

async function text(stream: AsyncIterable<Uint8Array>): Promise<string> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

describe('runProgram', () => {
  it('gives output and exit status', async () => {
    expect(await runProgram('sh', ['-c', 'echo out; echo err >&2; exit 3'], { okCodes: [0, 3] })).toEqual({ code: 3, stdout: 'out\n', stderr: 'err\n' });
  });

  it('names a program that is not installed', async () => {
    await expect(runProgram('no-such-program', [])).rejects.toMatchObject({ code: 'PROGRAM_NOT_FOUND', message: expect.stringContaining('no-such-program') as string });
  });

  it('shows the last words of a program that failed', async () => {
    await expect(runProgram('sh', ['-c', 'echo because >&2; exit 1'])).rejects.toMatchObject({ code: 'PROGRAM_FAILED', message: expect.stringContaining('because') as string });
  });

  it('ends the program when the signal aborts', async () => {
    await expect(runProgram('sleep', ['60'], { signal: AbortSignal.timeout(50) })).rejects.toMatchObject({ name: 'TimeoutError' });
  });
});

describe('streamProgram', () => {
  it('loses nothing when the reader comes late', async () => {
    const stream = await streamProgram('seq', ['1', '100000']);
    await sleep(50);
    expect((await text(stream)).length).toBe(588_895);
  });

  it('fails when the program does', async () => {
    await expect(text(await streamProgram('sh', ['-c', 'echo half; echo why >&2; exit 2']))).rejects.toMatchObject({ code: 'PROGRAM_FAILED', message: expect.stringContaining('why') as string });
  });

  it('names a program that is not installed', async () => {
    await expect(text(await streamProgram('no-such-program', []))).rejects.toMatchObject({ code: 'PROGRAM_NOT_FOUND' });
  });
});
