// QMP, QEMU's control protocol: one JSON object per line in both directions. Pure.
// https://www.qemu.org/docs/master/interop/qmp-spec.html

export type QmpMessage =
  | { readonly kind: 'greeting'; readonly version: string }
  | { readonly kind: 'event'; readonly name: string; readonly data: Readonly<Record<string, unknown>> }
  | { readonly kind: 'return'; readonly id: unknown; readonly value: unknown }
  | { readonly kind: 'error'; readonly id: unknown; readonly message: string };

/** One command as QEMU reads it. */
export function encodeCommand(name: string, id: number, args?: Readonly<Record<string, unknown>>): string {
  return `${JSON.stringify({ execute: name, ...(args === undefined ? {} : { arguments: args }), id })}\n`;
}

/** Assembles lines from chunks however they are cut and reads the messages in them. What is no message is left out. */
export function createQmpDecoder(): { push(text: string): readonly QmpMessage[] } {
  let rest = '';
  return {
    push(text) {
      const lines = (rest + text).split('\n');
      rest = lines.pop() ?? '';
      return lines.flatMap((line) => readMessage(line) ?? []);
    },
  };
}

function readMessage(line: string): QmpMessage | undefined {
  const message = parseObject(line);
  if (message === undefined) return undefined;
  if (isObject(message['QMP'])) return { kind: 'greeting', version: readVersion(message['QMP']) };
  if (typeof message['event'] === 'string') return { kind: 'event', name: message['event'], data: isObject(message['data']) ? message['data'] : {} };
  if ('return' in message) return { kind: 'return', id: message['id'], value: message['return'] };
  if (isObject(message['error'])) return { kind: 'error', id: message['id'], message: String(message['error']['desc']) };
  return undefined;
}

function readVersion(greeting: Readonly<Record<string, unknown>>): string {
  const version = isObject(greeting['version']) ? greeting['version'] : {};
  const qemu = isObject(version['qemu']) ? version['qemu'] : {};
  return `${String(qemu['major'])}.${String(qemu['minor'])}.${String(qemu['micro'])}`;
}

function parseObject(line: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> => typeof value === 'object' && value !== null && !Array.isArray(value);
