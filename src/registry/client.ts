// Sends requests to one server of a repository: finds out how it is spoken to, logs in when asked, and judges the answer.
// Credentials go to that server alone; blobs may come from wherever it redirects to.
import { HarnessError } from '../model/errors.ts';
import { sendHttp, type HttpRequest, type HttpResponse } from '../sys/http.ts';
import { authoritiesFor } from './authorities.ts';
import { createAuthorization } from './authorization.ts';
import type { FindLogin } from './credentials.ts';
import type { Endpoint } from './endpoint.ts';
import { connectionError, loginError, notARegistry, statusError } from './failure.ts';
import { isLoopback, mayBePlain, type RegistrySettings } from './settings.ts';

export interface Ask {
  /** Below the repository: `manifests/TAG`, `blobs/DIGEST`. */
  readonly path: string;
  /** For messages: `kt/init:1`, `blob sha256:…`. */
  readonly what: string;
  readonly method?: 'GET' | 'HEAD';
  readonly headers?: Readonly<Record<string, string>>;
  /** Bytes expected: an answer of just this length is believed, whatever type it claims. */
  readonly size?: number;
  /** Tries after the first one. */
  readonly retries: number;
  readonly signal: AbortSignal;
}

export interface RegistryClient {
  readonly endpoint: Endpoint;
  /** URL of something below the repository, as far as it is known without asking. */
  url(path: string): string;
  /** The answer with status 200 or 206; passing failures (429, 5xx) too when `retries` is 0: they are the caller's to try again. */
  send(ask: Ask): Promise<HttpResponse>;
}

export interface ClientContext {
  readonly settings: RegistrySettings;
  readonly findLogin: FindLogin;
  /** First wait between tries. */
  readonly backoffMs?: number | undefined;
}

const passing = new Set([408, 425, 429, 500, 502, 503, 504]);

export function createClient(endpoint: Endpoint, context: ClientContext): RegistryClient {
  const { settings } = context;
  const requests = new Map<string, Promise<HttpRequest>>();
  const requestTo = (host: string): Promise<HttpRequest> => {
    const known = requests.get(host) ?? requestSettings(host, context);
    requests.set(host, known);
    return known;
  };
  const authorization = createAuthorization(endpoint, { findLogin: context.findLogin, insecure: settings.insecure, requestTo });
  let scheme: string | undefined = endpoint.scheme;
  const urlOf = (path: string): string => `${scheme ?? 'https'}://${endpoint.host}/v2/${endpoint.repository}/${path}`;

  const once = async (ask: Ask, used: string | undefined): Promise<HttpResponse> => {
    const plain = scheme === 'http';
    return sendHttp(urlOf(ask.path), {
      ...(await requestTo(endpoint.host)),
      method: ask.method ?? 'GET',
      headers: ask.headers ?? {},
      authorization: used,
      mayFollow: (url) => plain || url.protocol === 'https:' || mayBePlain(url.host, settings.insecure),
      retries: ask.retries,
      signal: ask.signal,
    });
  };

  const send = async (ask: Ask): Promise<HttpResponse> => {
    scheme ??= await findScheme(endpoint, await requestTo(endpoint.host), ask.signal);
    const origin = new URL(urlOf('')).origin;
    const used = authorization.current();
    let response = await once(ask, used);
    // Only the registry's own question is answered, not that of a server it redirects to.
    if (response.status === 401 && response.origin === origin) {
      response.body.destroy();
      await authorization.answer(response.headers['www-authenticate'] ?? '', used, ask.signal);
      response = await once(ask, authorization.current());
      if (response.status === 401 && response.origin === origin) {
        response.body.destroy();
        throw loginError(endpoint, (await context.findLogin(endpoint.account, ask.signal))?.from);
      }
    }
    if (response.status === 200 && isPage(response, ask.size)) {
      response.body.destroy();
      throw notARegistry(endpoint, urlOf(ask.path));
    }
    if (response.status === 200 || response.status === 206 || response.status === 416) return response;
    if (ask.retries === 0 && passing.has(response.status)) return response;
    throw await statusError(endpoint, ask.what, response);
  };

  return {
    endpoint,
    url: urlOf,
    send: async (ask) => {
      try {
        return await send(ask);
      } catch (error) {
        ask.signal.throwIfAborted();
        throw error instanceof HarnessError ? connectionError(endpoint, error) : error;
      }
    },
  };
}

function isPage({ headers }: HttpResponse, size: number | undefined): boolean {
  return /^text\/html\b/i.test(headers['content-type'] ?? '') && (size === undefined || headers['content-length'] !== String(size));
}

async function requestSettings(host: string, context: ClientContext): Promise<HttpRequest> {
  const ca = await authoritiesFor(host, context.settings);
  return {
    ...(ca.length === 0 ? {} : { ca }),
    ...(isLoopback(host) ? { proxy: 'direct' } : {}),
    ...(context.backoffMs === undefined ? {} : { backoffMs: context.backoffMs }),
    retries: 2,
  };
}

/** Where plain HTTP is allowed, TLS is tried first, as docker does. A certificate that is not trusted is no reason to do without. */
async function findScheme(endpoint: Endpoint, request: HttpRequest, signal: AbortSignal): Promise<'https' | 'http'> {
  try {
    const response = await sendHttp(`https://${endpoint.host}/v2/`, { ...request, retries: 0, signal, mayFollow: (url) => url.protocol === 'https:' });
    response.body.destroy();
    return 'https';
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof HarnessError && (error.code === 'TLS_MISSING' || error.code === 'NETWORK')) return 'http';
    throw error;
  }
}
