// Certificate authorities of registries: the project's own files, and what docker and podman keep for a host.
// https://github.com/containers/image/blob/main/docs/containers-certs.d.5.md
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { UsageError } from '../model/errors.ts';
import type { RegistrySettings } from './settings.ts';

/** PEM texts to trust for a host. @throws UsageError `CA_INVALID` */
export async function authoritiesFor(host: string, settings: Pick<RegistrySettings, 'ca' | 'home' | 'env'>): Promise<readonly string[]> {
  const own = await Promise.all(settings.ca.map(readAuthority));
  const folders = [join(settings.env['XDG_CONFIG_HOME'] || join(settings.home, '.config'), 'containers/certs.d'), '/etc/containers/certs.d', '/etc/docker/certs.d'];
  const kept = await Promise.all(folders.map((folder) => certificatesIn(join(folder, host))));
  return [...own, ...kept.flat()];
}

async function readAuthority(path: string): Promise<string> {
  const text = await readFile(path, 'utf8').catch((cause: unknown) => {
    throw new UsageError('CA_INVALID', `the certificate authority ${path} cannot be read`, { hint: 'images.ca of harness.config.ts names PEM files, relative to the project', cause });
  });
  if (!text.includes('-----BEGIN CERTIFICATE-----')) throw new UsageError('CA_INVALID', `${path} holds no certificate in PEM form`, { hint: '`openssl x509 -inform der -in FILE` turns a DER file into PEM' });
  return text;
}

async function certificatesIn(folder: string): Promise<readonly string[]> {
  const names = (await readdir(folder).catch(() => [])).filter((name) => name.endsWith('.crt')).sort();
  const texts = await Promise.all(names.map((name) => readFile(join(folder, name), 'utf8').catch(() => '')));
  return texts.filter((text) => text.includes('-----BEGIN CERTIFICATE-----'));
}
