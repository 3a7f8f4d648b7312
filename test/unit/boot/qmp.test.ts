import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createQmpDecoder, encodeCommand } from '../../../src/boot/qmp.ts';

const session = [
  '{"QMP": {"version": {"qemu": {"micro": 22, "minor": 2, "major": 7}, "package": "Debian"}, "capabilities": ["oob"]}}\r\n',
  '{"return": {}, "id": 1}\r\n',
  '{"return": {"status": "running", "singlestep": false, "running": true}, "id": 2}\r\n',
  '{"timestamp": {"seconds": 1, "microseconds": 2}, "event": "STOP"}\r\n',
  '{"timestamp": {"seconds": 1, "microseconds": 2}, "event": "SHUTDOWN", "data": {"guest": true, "reason": "guest-shutdown"}}\r\n',
  '{"id": 3, "error": {"class": "CommandNotFound", "desc": "The command x has not been found"}}\r\n',
].join('');

const messages = [
  { kind: 'greeting', version: '7.2.22' },
  { kind: 'return', id: 1, value: {} },
  { kind: 'return', id: 2, value: { status: 'running', singlestep: false, running: true } },
  { kind: 'event', name: 'STOP', data: {} },
  { kind: 'event', name: 'SHUTDOWN', data: { guest: true, reason: 'guest-shutdown' } },
  { kind: 'error', id: 3, message: 'The command x has not been found' },
];

describe('QMP', () => {
  it('reads a session however it is cut', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: session.length }), { maxLength: 20 }), (cuts) => {
        const decoder = createQmpDecoder();
        const at = [0, ...cuts.sort((a, b) => a - b), session.length];
        expect(at.slice(1).flatMap((end, index) => decoder.push(session.slice(at[index], end)))).toEqual(messages);
      }),
    );
  });

  it('leaves out whatever is no message', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), (text) => {
        const decoder = createQmpDecoder();
        expect(() => decoder.push(`${text}\n`)).not.toThrow();
        expect(decoder.push('{"event": "STOP"}\n')).toEqual([{ kind: 'event', name: 'STOP', data: {} }]);
      }),
    );
  });

  it('writes one line per command', () => {
    expect(encodeCommand('quit', 7)).toBe('{"execute":"quit","id":7}\n');
  });
});
