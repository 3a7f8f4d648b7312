// A probe by a program of this machine: its exit status 0 is the success.
import { portWord, type Probe } from '../model/case.ts';
import { HarnessError } from '../model/errors.ts';
import { startGroup } from '../sys/group.ts';
import { quoteAnswer, type Ports, type Try } from './try.ts';

const graceMs = 1000;
const kept = 4096;

/** The try of a command, run in the case's folder. KIT_TEST_PORT_N in its environment says what {port:N} is. */
export function commandTry(command: NonNullable<Probe['command']>, ports: Ports, cwd: string): Try {
  const [file = '', ...args] = command.map((word) => word.replace(portWord, (_, port: string) => `${ports.get(Number(port)) ?? 0}`));
  const env = Object.fromEntries([...ports].map(([guest, host]) => [`KIT_TEST_PORT_${guest}`, `${host}`]));
  return async (signal) => {
    const group = startGroup(file, args, { cwd, env });
    let said = '';
    const keep = (chunk: Buffer): void => void (said = (said + chunk.toString('utf8')).slice(-kept));
    group.stdout.on('data', keep);
    group.stderr.on('data', keep);
    group.input.end();
    let hard: NodeJS.Timeout | undefined;
    const stop = (): void => {
      group.kill('SIGTERM');
      hard = setTimeout(() => group.kill('SIGKILL'), graceMs);
    };
    signal.addEventListener('abort', stop, { once: true });
    if (signal.aborted) stop();
    const { code, signal: killer, error } = await group.ended;
    clearTimeout(hard);
    signal.removeEventListener('abort', stop);
    if (error !== undefined) {
      throw new HarnessError('PROBE_NOT_STARTED', `cannot start the probe ${file}: ${error.code === 'ENOENT' ? 'there is no such program' : error.message}`, { hint: "a path counts from the case's folder; any other name is looked for on PATH" });
    }
    if (code === 0) return undefined;
    const lastLine = said.trimEnd().split('\n').at(-1) ?? '';
    const ending = signal.aborted ? 'not finished in time' : killer === null ? `exit status ${code ?? '?'}` : `ended by ${killer}`;
    return lastLine === '' ? ending : `${ending}: ${quoteAnswer(lastLine)}`;
  };
}
