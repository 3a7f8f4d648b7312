// Logs in to one repository: answers a server's challenge with a name and password, or fetches a token for it.
// Tokens are asked for reading this repository, nothing else. https://distribution.github.io/distribution/spec/auth/token/
import { createSingleFlight } from '../cache/single-flight.ts';
import * as z from 'zod';
import { HarnessError } from '../model/errors.ts';
import { sendHttp, type HttpRequest, type HttpResponse } from '../sys/http.ts';
import { parseChallenges, type Challenge } from './challenge.ts';
import type { Login } from './credential-files.ts';
import type { FindLogin } from './credentials.ts';
import type { Endpoint } from './endpoint.ts';
import { loginError, statusError } from './failure.ts';
import { mayBePlain } from './settings.ts';

/** The state of a login; never shown. */
export interface Authorization {
  /** Value of the Authorization header; undefined as long as nobody asked for one. */
  current(): string | undefined;
  /**
   * Answers a 401 that was given although `used` was sent.
   * @throws HarnessError `REGISTRY_LOGIN` when there is nothing new to try
   */
  answer(header: string, used: string | undefined, signal: AbortSignal): Promise<void>;
}

export interface AuthorizationContext {
  readonly findLogin: FindLogin;
  readonly insecure: readonly string[];
  /** Settings of requests to a host: authorities, proxy, waits. */
  readonly requestTo: (host: string) => Promise<HttpRequest>;
}

const TokenSchema = z.object({ token: z.string().optional(), access_token: z.string().optional() });
const maxToken = 1024 * 1024;

export function createAuthorization(endpoint: Endpoint, context: AuthorizationContext): Authorization {
  const share = createSingleFlight();
  let current: string | undefined;
  /** A password that was refused is not sent again; a token may have expired. */
  let basic: string | undefined;

  const answer = async (header: string, used: string | undefined, signal: AbortSignal): Promise<void> => {
    const challenges = parseChallenges(header);
    const bearer = challenges.find(({ scheme }) => scheme === 'bearer');
    const login = await context.findLogin(endpoint.account, signal);
    if (bearer !== undefined) {
      current = login?.registryToken === undefined || used === `Bearer ${login.registryToken}` ? `Bearer ${await fetchToken(bearer, login, signal)}` : `Bearer ${login.registryToken}`;
      return;
    }
    const asked = challenges.some(({ scheme }) => scheme === 'basic');
    if (!asked) throw new HarnessError('REGISTRY_LOGIN', `${endpoint.name} demands a kind of login that is not known here`, { hint: 'known are Basic and Bearer' });
    const mine = login === undefined ? undefined : basicHeader(login);
    if (mine === undefined || mine === basic) throw loginError(endpoint, login?.from);
    basic = mine;
    current = mine;
  };

  const fetchToken = async (challenge: Challenge, login: Login | undefined, signal: AbortSignal): Promise<string> => {
    const { realm = '', service, scope = `repository:${endpoint.repository}:pull` } = challenge.parameters;
    const url = tokenUrl(realm, endpoint, context.insecure);
    const query = { ...(service === undefined ? {} : { service }), scope };
    const request: HttpRequest = { ...(await context.requestTo(url.host)), signal };
    let response: HttpResponse;
    if (login?.identityToken === undefined) {
      for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value);
      if (login?.username !== undefined) url.searchParams.set('account', login.username);
      response = await sendHttp(url.href, { ...request, authorization: login === undefined ? undefined : basicHeader(login) });
    } else {
      const form = new URLSearchParams({ grant_type: 'refresh_token', client_id: 'kit-test', refresh_token: login.identityToken, ...query });
      response = await sendHttp(url.href, { ...request, method: 'POST', headers: { 'content-type': 'application/x-www-form-urlencoded' }, body: form.toString() });
    }
    if (response.status === 401 || response.status === 403) {
      response.body.destroy();
      throw loginError(endpoint, login?.from);
    }
    if (response.status !== 200) throw await statusError(endpoint, `a token for ${endpoint.repository} from ${url.host}`, response);
    return tokenIn(response, url.host);
  };

  return {
    current: () => current,
    answer: (header, used, signal) =>
      share('answer', async (shared) => {
        // Somebody else got a new one while this request was on its way.
        if (current !== used) return;
        await answer(header, used, shared);
      }, signal),
  };
}

function basicHeader(login: Login): string | undefined {
  if (login.username === undefined || login.password === undefined) return undefined;
  return `Basic ${Buffer.from(`${login.username}:${login.password}`).toString('base64')}`;
}

/** Passwords go to a token server only where nobody can listen. */
function tokenUrl(realm: string, endpoint: Endpoint, insecure: readonly string[]): URL {
  const url = URL.canParse(realm) ? new URL(realm) : undefined;
  const plain = url?.protocol === 'http:' && (mayBePlain(url.host, insecure) || (endpoint.plainAllowed && url.host === endpoint.host));
  if (url === undefined || (url.protocol !== 'https:' && !plain) || url.username !== '' || url.password !== '') {
    throw new HarnessError('REGISTRY_TOKEN_SERVER', `${endpoint.name} names a token server that cannot be used${url === undefined ? '' : `: ${url.protocol}//${url.host}`}`, { hint: 'its address must begin with https://; plain HTTP is for loopback and for what images.insecure of harness.config.ts names' });
  }
  return url;
}

async function tokenIn(response: HttpResponse, host: string): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of response.body as AsyncIterable<Buffer>) {
    chunks.push(chunk);
    size += chunk.length;
    if (size > maxToken) break;
  }
  response.body.destroy();
  const answer = TokenSchema.safeParse(size > maxToken ? undefined : parsed(Buffer.concat(chunks)));
  const token = answer.data?.token || answer.data?.access_token;
  // Whoever gives a token with a line break in it wants to write headers of our requests.
  if (token === undefined || token === '' || !/^[\x21-\x7e]+$/.test(token)) throw new HarnessError('REGISTRY_TOKEN_SERVER', `the token server ${host} answers with something that is no token`, { hint: 'a proxy may stand in between' });
  return token;
}

function parsed(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString('utf8'));
  } catch {
    return undefined;
  }
}
