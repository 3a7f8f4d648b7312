// Fetches a console that lies beside the page. From a server it is read as it is; a page that was opened from a file
// system may not read files, but may run scripts: there the copy that is a script is taken.
import { consoleHandOver, consoleScript } from '../model/page.ts';
import { unpack } from './data.ts';

export interface LoadedConsole {
  readonly bytes: Uint8Array;
  /** Milliseconds since the start for each line, where they were recorded. */
  readonly times?: readonly number[];
}

type HandOver = (path: string, console: string, times?: string) => void;

/** @throws Error where the file is not there. */
export async function loadConsole(path: string, times: string | undefined): Promise<LoadedConsole> {
  if (location.protocol === 'file:') return fromScript(path);
  const [console, recorded] = await Promise.all([fetch(urlOf(path)), times === undefined ? undefined : fetch(urlOf(times)).catch(() => undefined)]);
  if (!console.ok) throw new Error(`${path}: ${console.status} ${console.statusText}`);
  const bytes = new Uint8Array(await console.arrayBuffer());
  return recorded?.ok === true ? { bytes, times: parseTimes(await recorded.text()) } : { bytes };
}

/** Names of cells may hold `+`, which servers take as it is, and `%`, which they do not. */
const urlOf = (path: string): string => path.split('/').map(encodeURIComponent).join('/');

const parseTimes = (text: string): readonly number[] => text.split('\n').filter((line) => line !== '').map(Number);

const waiting = new Map<string, HandOver>();

function fromScript(path: string): Promise<LoadedConsole> {
  Object.assign(window, { [consoleHandOver]: ((name, ...rest) => waiting.get(name)?.(name, ...rest)) satisfies HandOver });
  return new Promise((resolve, reject) => {
    const script = document.createElement('script');
    waiting.set(path, (_, console, times) => {
      Promise.all([unpack(console), times === undefined ? undefined : unpack(times)]).then(
        ([bytes, recorded]) => resolve(recorded === undefined ? { bytes } : { bytes, times: parseTimes(new TextDecoder().decode(recorded)) }),
        reject,
      );
    });
    script.onload = () => script.remove();
    script.onerror = () => {
      script.remove();
      reject(new Error(`${path} does not lie beside this page`));
    };
    script.src = urlOf(consoleScript(path));
    document.head.append(script);
  });
}
