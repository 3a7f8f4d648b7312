// Debian's docker-registry on the loopback interface, filled by skopeo: plain, with logins, with TLS.
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { onTestFinished } from 'vitest';

const run = promisify(execFile);

export interface RegistryOptions {
  readonly login?: { readonly user: string; readonly password: string };
  readonly tls?: { readonly certificate: string; readonly key: string };
}

export interface RealRegistry {
  /** 127.0.0.1:PORT */
  readonly host: string;
  stop(): void;
  /** Copies an image of a layout there, all of its architectures; with `flags` for what skopeo should make of it. */
  push(layout: string, name: string, flags?: readonly string[]): Promise<void>;
}

/** Starts it; it ends with the test. Fails loudly where docker-registry is not installed. */
export async function startRegistry(folder: string, options: RegistryOptions = {}): Promise<RealRegistry> {
  const { login, tls } = options;
  await mkdir(join(folder, 'data'), { recursive: true });
  const http: Record<string, unknown> = { addr: '127.0.0.1:0', secret: 'test', ...(tls === undefined ? {} : { tls }) };
  const auth = login === undefined ? {} : { auth: { htpasswd: { realm: 'test', path: join(folder, 'htpasswd') } } };
  if (login !== undefined) await writeFile(join(folder, 'htpasswd'), (await run('htpasswd', ['-Bbn', login.user, login.password])).stdout);
  // JSON is YAML.
  await writeFile(join(folder, 'config.yml'), JSON.stringify({ version: 0.1, log: { level: 'info' }, storage: { filesystem: { rootdirectory: join(folder, 'data') } }, http, ...auth }));
  const server = spawn('docker-registry', ['serve', join(folder, 'config.yml')], { stdio: ['ignore', 'ignore', 'pipe'] });
  onTestFinished(async () => {
    if (server.exitCode !== null || server.signalCode !== null) return;
    server.kill('SIGKILL');
    await once(server, 'exit');
  });
  const port = await new Promise<string>((resolve, reject) => {
    server.once('error', (cause) => reject(new Error('docker-registry cannot be started (Debian package docker-registry)', { cause })));
    server.once('exit', () => reject(new Error('docker-registry ended')));
    createInterface(server.stderr).on('line', (line) => {
      const found = /listening on 127\.0\.0\.1:(\d+)/.exec(line)?.[1];
      if (found !== undefined) resolve(found);
    });
  });
  const host = `127.0.0.1:${port}`;
  return {
    host,
    stop: () => void server.kill('SIGKILL'),
    push: async (layout, name, flags = ['--preserve-digests']) => {
      const account = login === undefined ? ['--dest-no-creds'] : ['--dest-creds', `${login.user}:${login.password}`];
      await run('skopeo', ['copy', '--quiet', '--insecure-policy', '--all', '--dest-tls-verify=false', ...account, ...flags, `oci:${layout}`, `docker://${host}/${name}`]);
    },
  };
}

/** A certificate authority and a certificate of it for 127.0.0.1. */
export async function makeCertificates(folder: string): Promise<{ readonly ca: string; readonly certificate: string; readonly key: string }> {
  await mkdir(folder, { recursive: true });
  const file = (name: string): string => join(folder, name);
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2'];
  await run('openssl', ['req', '-x509', ...key, '-subj', '/CN=test authority', '-keyout', file('ca.key'), '-out', file('ca.pem')]);
  await run('openssl', ['req', '-x509', ...key, '-subj', '/CN=127.0.0.1', '-addext', 'subjectAltName=IP:127.0.0.1', '-addext', 'basicConstraints=critical,CA:FALSE', '-CA', file('ca.pem'), '-CAkey', file('ca.key'), '-keyout', file('key.pem'), '-out', file('cert.pem')]);
  return { ca: file('ca.pem'), certificate: file('cert.pem'), key: file('key.pem') };
}
