// Logins as docker and podman keep them: config.json and auth.json, with one entry for each registry or part of one.
// https://github.com/containers/image/blob/main/docs/containers-auth.json.5.md
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import { HarnessError } from '../model/errors.ts';
import { canonicalRegistry, type RegistrySettings } from './settings.ts';

/** A login. `from` says where it was found, for messages; its secrets are never shown. */
export interface Login {
  readonly from: string;
  readonly username?: string;
  readonly password?: string;
  /** Refresh token for the token server (OAuth 2). */
  readonly identityToken?: string;
  /** Bearer token for the registry itself. */
  readonly registryToken?: string;
}

const EntrySchema = z.object({
  auth: z.string().optional(),
  username: z.string().optional(),
  password: z.string().optional(),
  identitytoken: z.string().optional(),
  registrytoken: z.string().optional(),
});

const FileSchema = z.object({
  auths: z.record(z.string(), EntrySchema).nullish(),
  credHelpers: z.record(z.string(), z.string()).nullish(),
  credsStore: z.string().nullish(),
});

export type CredentialFile = z.infer<typeof FileSchema> & { readonly path: string };

/** Where logins may lie; the first file that has one for a registry decides. */
export function credentialPaths({ env, home }: Pick<RegistrySettings, 'env' | 'home'>): readonly string[] {
  const set = (name: string): string | undefined => (env[name] === '' ? undefined : env[name]);
  const runtime = set('XDG_RUNTIME_DIR');
  return [
    ...(set('REGISTRY_AUTH_FILE') === undefined ? [] : [set('REGISTRY_AUTH_FILE') ?? '']),
    join(set('DOCKER_CONFIG') ?? join(home, '.docker'), 'config.json'),
    ...(runtime === undefined ? [] : [join(runtime, 'containers', 'auth.json')]),
    join(set('XDG_CONFIG_HOME') ?? join(home, '.config'), 'containers', 'auth.json'),
  ];
}

/** The file; undefined where there is none. @throws HarnessError `CREDENTIALS_INVALID` */
export async function readCredentialFile(path: string): Promise<CredentialFile | undefined> {
  const text = await readFile(path, 'utf8').catch(() => undefined);
  if (text === undefined || text.trim() === '') return undefined;
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    // The parser's own message would quote the file.
    throw invalid(path, 'it is not JSON');
  }
  const parsed = FileSchema.safeParse(value);
  if (!parsed.success) throw invalid(path, `${parsed.error.issues[0]?.path.slice(0, 1).join('.') ?? ''} is not what it should be`);
  return { ...parsed.data, path };
}

/** Names under which a file may know `host/path`, the narrowest first. */
export function accountNames(account: string): readonly string[] {
  const parts = account.split('/');
  return parts.map((_, index) => parts.slice(0, parts.length - index).join('/'));
}

/** The login a file itself holds for an account. @throws HarnessError `CREDENTIALS_INVALID` */
export function loginIn(file: CredentialFile, account: string): Login | undefined {
  const entries = new Map<string, z.infer<typeof EntrySchema>>();
  for (const [key, entry] of Object.entries(file.auths ?? {})) {
    const name = normalKey(key);
    // A key as podman writes it is meant more exactly than one with docker's scheme and path.
    if (!entries.has(name) || name === key) entries.set(name, entry);
  }
  for (const name of accountNames(account)) {
    const entry = entries.get(name);
    const login = entry === undefined ? undefined : toLogin(entry, file.path);
    if (login !== undefined) return login;
  }
  return undefined;
}

/** `https://registry.example/v2/` → `registry.example`. */
function normalKey(key: string): string {
  const bare = /^https?:\/\//.test(key) ? key.replace(/^https?:\/\//, '').replace(/\/(v[12]\/?)?$/, '') : key.replace(/\/$/, '');
  const [host = '', ...path] = bare.split('/');
  const name = canonicalRegistry(host);
  return name === 'docker.io' && path.join('/') === 'v1' ? name : [name, ...path].join('/');
}

function toLogin(entry: z.infer<typeof EntrySchema>, from: string): Login | undefined {
  const pair = entry.auth === undefined || entry.auth === '' ? undefined : Buffer.from(entry.auth, 'base64').toString('utf8').replace(/\0+$/, '');
  const colon = pair?.indexOf(':') ?? 0;
  if (colon === -1) throw invalid(from, 'an "auth" in it is not USER:PASSWORD in base64');
  const username = pair?.slice(0, colon) ?? entry.username;
  const password = pair?.slice(colon + 1) ?? entry.password;
  const login: Login = {
    from,
    ...(username === undefined ? {} : { username }),
    ...(password === undefined ? {} : { password }),
    ...(entry.identitytoken === undefined || entry.identitytoken === '' ? {} : { identityToken: entry.identitytoken }),
    ...(entry.registrytoken === undefined || entry.registrytoken === '' ? {} : { registryToken: entry.registrytoken }),
  };
  return Object.keys(login).length === 1 ? undefined : login;
}

function invalid(path: string, why: string): HarnessError {
  return new HarnessError('CREDENTIALS_INVALID', `the credential file ${path} cannot be used: ${why}`, { hint: 'log in again with `docker login`, `podman login` or `skopeo login`' });
}
