// The proxy that this machine's apt uses (apt-transport-http(1)), so that packages come the way their index came.
import { runProgram } from '../sys/process.ts';

const helper = '/usr/lib/apt/apt-helper';
let settings: Promise<ReadonlyMap<string, string>> | undefined;

/** Proxy for a URL: apt's setting, `direct` where apt says DIRECT, undefined to leave it to the environment. */
export async function proxyFor(url: string): Promise<string | undefined> {
  settings ??= readSettings();
  const found = chooseProxy(new URL(url), await settings);
  if (found !== 'detect') return found;
  const { stdout } = await runProgram(helper, ['auto-detect-proxy', url], { okCodes: [0, 100] }).catch(() => ({ stdout: '' }));
  const detected = /(?:proxy|Using proxy)\s*'?([^'\s]*)'?\s+for/i.exec(stdout)?.[1];
  return detected === undefined || detected === '' ? undefined : plain(detected);
}

/** What the settings say about a URL: a host's own entry comes before the general one, `detect` means a program decides. */
export function chooseProxy(url: URL, values: ReadonlyMap<string, string>): string | undefined {
  const scheme = url.protocol.slice(0, -1);
  const schemes = scheme === 'https' ? ['https', 'http'] : ['http'];
  for (const name of schemes) {
    const own = values.get(`acquire::${name}::proxy::${url.hostname}`);
    if (own !== undefined && own !== '') return plain(own);
  }
  for (const name of schemes) {
    if ((values.get(`acquire::${name}::proxy-auto-detect`) ?? values.get(`acquire::${name}::proxyautodetect`) ?? '') !== '') return 'detect';
    const general = values.get(`acquire::${name}::proxy`);
    if (general !== undefined && general !== '' && general !== 'false') return plain(general);
  }
  return undefined;
}

function plain(value: string): string | undefined {
  if (value.toUpperCase() === 'DIRECT') return 'direct';
  // SOCKS and other kinds are apt's alone.
  return /^https?:\/\//.test(value) ? value : undefined;
}

async function readSettings(): Promise<ReadonlyMap<string, string>> {
  const { stdout } = await runProgram('apt-config', ['dump', 'Acquire::http', 'Acquire::https'], { okCodes: [0, 100] }).catch(() => ({ stdout: '' }));
  const values = new Map<string, string>();
  for (const line of stdout.split('\n')) {
    const match = /^(\S+) "(.*)";$/.exec(line);
    if (match !== null) values.set((match[1] ?? '').toLowerCase(), match[2] ?? '');
  }
  return values;
}
