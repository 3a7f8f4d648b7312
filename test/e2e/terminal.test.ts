// A person at a guest's console.
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openGuests, type Guests } from './guest.ts';
import { hasPseudoTerminal, sitAt, type Answer } from './pseudo-terminal.ts';

const jiti = fileURLToPath(new URL('../../node_modules/jiti/lib/jiti-cli.mjs', import.meta.url));
const harness = fileURLToPath(new URL('sit-at-console.ts', import.meta.url));
const ctrlC = '\x03';
const ctrlBracket = '\x1d';

let guests: Guests;
beforeAll(async () => {
  guests = await openGuests();
});
afterAll(() => guests.dispose());

async function sit(script: string, answers: readonly Answer[], ports: readonly number[] = []): Promise<string> {
  const file = join(guests.folder, 'plan.json');
  await writeFile(file, JSON.stringify(await guests.plan(guests.arch('aarch64'), { script, request: { ports } })));
  return sitAt([process.execPath, jiti, harness, file], answers);
}

const onTerminal = it.runIf(hasPseudoTerminal);

onTerminal('gives the guest every key, Ctrl-C too, and ends with Ctrl-]', async () => {
  // A loop, for the key may come before the shell has started its next command.
  const script = `exec setsid cttyhack sh -c 'trap "echo guest: caught it; echo guest: after" INT; echo "guest: type"; read -r word; echo "guest: got $word"; echo "guest: now"; while :; do sleep 1; done'`;
  const screen = await sit(script, [[/guest: type/, 'hello\r'], [/guest: now/, ctrlC], [/guest: after/, `ignored${ctrlBracket}`]]);
  expect(screen).toContain('Ctrl-] ends the guest');
  expect(screen).toContain('guest: got hello');
  expect(screen).toContain('guest: caught it');
  expect(screen).toMatch(/ended: \{"kind":"stopped","why":"interrupted"\} raw: false/);
});

onTerminal('returns when the guest powers off', async () => {
  const screen = await sit('echo "guest: bye"', []);
  expect(screen).toContain('guest: bye');
  expect(screen).toMatch(/ended: \{"kind":"exited","code":0\} raw: false/);
});

onTerminal('says where the ports of the guest are', async () => {
  expect(await sit('sleep 1', [], [80, 22])).toMatch(/Port 80 of the guest is 127\.0\.0\.1:\d+\.\r/);
});
