// Finds the login for an account: a helper named for it, an entry of the file, the file's store for all.
// Helpers are programs `docker-credential-NAME`: https://github.com/docker/docker-credential-helpers#development
import * as z from 'zod';
import { HarnessError } from '../model/errors.ts';
import type { Progress } from '../model/events.ts';
import { runProgram } from '../sys/process.ts';
import { accountNames, credentialPaths, loginIn, readCredentialFile, type CredentialFile, type Login } from './credential-files.ts';
import type { RegistrySettings } from './settings.ts';

/** The login for `host/path`, if this machine has one. */
export type FindLogin = (account: string, signal: AbortSignal | undefined) => Promise<Login | undefined>;

const AnswerSchema = z.object({ Username: z.string(), Secret: z.string() });
/** What a helper has instead of a user name when its secret is a refresh token. */
const TOKEN_USER = '<token>';
const helperMs = 60_000;

/** Files are read when the first server demands a login. */
export function credentialFinder(settings: Pick<RegistrySettings, 'env' | 'home'>, progress: Progress): FindLogin {
  let files: Promise<readonly CredentialFile[]> | undefined;
  return async (account, signal) => {
    files ??= readAll(settings);
    for (const file of await files) {
      const login = await loginOf(file, account, { settings, progress, signal });
      if (login !== undefined) return login;
    }
    return undefined;
  };
}

interface HelperContext {
  readonly settings: Pick<RegistrySettings, 'env'>;
  readonly progress: Progress;
  readonly signal: AbortSignal | undefined;
}

async function readAll(settings: Pick<RegistrySettings, 'env' | 'home'>): Promise<readonly CredentialFile[]> {
  const files = await Promise.all(credentialPaths(settings).map(readCredentialFile));
  return files.filter((file) => file !== undefined);
}

async function loginOf(file: CredentialFile, account: string, context: HelperContext): Promise<Login | undefined> {
  const named = accountNames(account).flatMap((name) => helperKeys(name).flatMap((key) => file.credHelpers?.[key] ?? []));
  const [own] = named;
  const host = account.split('/')[0] ?? account;
  const byHelper = own === undefined ? undefined : await askHelper(own, host, file, context);
  const login = byHelper ?? loginIn(file, account);
  if (login !== undefined || typeof file.credsStore !== 'string' || file.credsStore === '') return login;
  return askHelper(file.credsStore, host, file, context);
}

/** docker knows Docker Hub by the address of its first API. */
const hubAddress = 'https://index.docker.io/v1/';
const helperKeys = (name: string): readonly string[] => (name === 'docker.io' ? [name, 'index.docker.io', hubAddress] : [name]);

async function askHelper(name: string, host: string, file: CredentialFile, { settings, progress, signal }: HelperContext): Promise<Login | undefined> {
  const program = `docker-credential-${name}`;
  if (!/^[A-Za-z0-9._-]+$/.test(name)) throw new HarnessError('CREDENTIALS_INVALID', `the credential file ${file.path} names a credential helper that is no program name`);
  const limit = AbortSignal.timeout(helperMs);
  try {
    const { stdout } = await runProgram(program, ['get'], {
      input: host === 'docker.io' ? hubAddress : host,
      signal: signal === undefined ? limit : AbortSignal.any([signal, limit]),
      env: Object.fromEntries(Object.entries(settings.env).flatMap(([key, value]) => (value === undefined ? [] : [[key, value]]))),
    });
    const answer = AnswerSchema.parse(JSON.parse(stdout));
    const from = `${program} (${file.path})`;
    return answer.Username === TOKEN_USER ? { from, identityToken: answer.Secret } : { from, username: answer.Username, password: answer.Secret };
  } catch (error) {
    signal?.throwIfAborted();
    // It fails for a registry it does not know, too. What it printed may hold secrets.
    const missing = error instanceof HarnessError && error.code === 'PROGRAM_NOT_FOUND';
    if (missing || limit.aborted || !(error instanceof HarnessError)) progress.notice(`${program}, which ${file.path} names for ${host}, ${missing ? 'is not installed' : limit.aborted ? 'does not answer' : 'answers something else than a login'}: trying without a login`);
    return undefined;
  }
}
