// HTTP GET with the proxies of the environment, redirects, retries and Retry-After. The one home of undici.
// Bodies are the bytes of the wire: nothing is decoded, since they are compared with digests.
import { setTimeout as sleep } from 'node:timers/promises';
import type { Readable } from 'node:stream';
import type { Dispatcher } from 'undici';
import { HarnessError } from '../model/errors.ts';
import { errorCode } from './fs.ts';

export interface HttpRequest {
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal | undefined;
  /** Proxy to use instead of the environment's; `direct` for none. */
  readonly proxy?: string | undefined;
  /** Tries after the first one. Default 4. */
  readonly retries?: number;
  /** Wait before the first retry; doubled each time. Default 500 ms. */
  readonly backoffMs?: number;
}

export interface HttpResponse {
  readonly status: number;
  /** Header values by lower-case name. */
  readonly headers: Readonly<Record<string, string>>;
  /** Must be read or destroyed. */
  readonly body: Readable;
}

const maxRedirects = 8;
const maxWaitMs = 60_000;
const passing = new Set([408, 425, 429, 500, 502, 503, 504]);
const agents = new Map<string, Promise<Dispatcher>>();

/**
 * One GET. Connection failures and passing server errors are tried again; any other status is the caller's to judge.
 * @throws HarnessError `NETWORK` when no answer came at all.
 */
export async function httpGet(url: string, request: HttpRequest = {}): Promise<HttpResponse> {
  const retries = request.retries ?? 4;
  for (let attempt = 0; ; attempt++) {
    const last = attempt >= retries;
    let waitMs = backoff(attempt, request.backoffMs);
    try {
      const response = await follow(url, request);
      if (last || !passing.has(response.status)) return response;
      const asked = retryAfterMs(response.headers['retry-after'], Date.now());
      if (asked !== undefined && asked > maxWaitMs) return response;
      waitMs = asked ?? waitMs;
      response.body.destroy();
    } catch (error) {
      request.signal?.throwIfAborted();
      if (last || error instanceof HarnessError) throw networkError(url, error);
    }
    await sleep(waitMs, undefined, request.signal === undefined ? {} : { signal: request.signal });
  }
}

/** Wait before retry number `attempt` (from 0). */
export function backoff(attempt: number, firstMs = 500): number {
  return Math.min(firstMs * 2 ** attempt, 15_000);
}

/** Milliseconds a `Retry-After` header asks for (RFC 9110 §10.2.3: seconds or a date). */
export function retryAfterMs(value: string | undefined, nowMs: number): number | undefined {
  if (value === undefined || value.trim() === '') return undefined;
  if (/^\d+$/.test(value.trim())) return Number(value) * 1000;
  const date = Date.parse(value);
  return Number.isNaN(date) ? undefined : Math.max(0, date - nowMs);
}

/** The URL for people: user, password and query are left out, since they may be secrets. */
export function redactUrl(text: string): string {
  let url: URL;
  try {
    url = new URL(text);
  } catch {
    return text.replace(/\/\/[^/@\s]*@/, '//***@').replace(/\?.*$/s, '?***');
  }
  if (url.username !== '' || url.password !== '') {
    url.username = '***';
    url.password = '';
  }
  if (url.search !== '') url.search = '?***';
  url.hash = '';
  return url.href;
}

/** What a failure of a connection means, with the next action. */
export function networkError(url: string, error: unknown): HarnessError {
  if (error instanceof HarnessError) return error;
  const reason = reasons[deepCode(error) ?? ''] ?? (error instanceof Error ? error.message : String(error));
  return new HarnessError('NETWORK', `cannot fetch ${redactUrl(url)}: ${reason}`, {
    hint: 'check the network and the proxy settings (http_proxy, https_proxy, no_proxy), then try again: what is complete is kept',
    cause: error,
  });
}

const reasons: Readonly<Record<string, string>> = {
  ENOTFOUND: 'the host name is unknown',
  EAI_AGAIN: 'the host name cannot be looked up (no network?)',
  ECONNREFUSED: 'the connection was refused',
  ECONNRESET: 'the connection was cut',
  ENETUNREACH: 'the network cannot be reached',
  EHOSTUNREACH: 'the host cannot be reached',
  UND_ERR_CONNECT_TIMEOUT: 'no connection within the time limit',
  UND_ERR_HEADERS_TIMEOUT: 'no answer within the time limit',
  UND_ERR_BODY_TIMEOUT: 'the server stopped sending',
  UND_ERR_SOCKET: 'the connection was cut',
  UND_ERR_RES_CONTENT_LENGTH_MISMATCH: 'the answer was cut short',
};

function deepCode(error: unknown): string | undefined {
  return errorCode(error) ?? (error instanceof Error && error.cause !== undefined ? deepCode(error.cause) : undefined);
}

async function follow(first: string, request: HttpRequest): Promise<HttpResponse> {
  const { request: send } = await import('undici');
  const dispatcher = await agent(request.proxy);
  const origin = new URL(first).origin;
  let url = new URL(first);
  let authorization = basicAuthorization(url);
  for (let redirects = 0; redirects <= maxRedirects; redirects++) {
    url.username = '';
    url.password = '';
    // Credentials never follow a redirect to another origin.
    const secret = url.origin === origin && authorization !== undefined ? { authorization } : {};
    const response = await send(url, {
      dispatcher,
      headers: { 'accept-encoding': 'identity', 'user-agent': 'kit-test', ...request.headers, ...secret },
      ...(request.signal === undefined ? {} : { signal: request.signal }),
    });
    // A body that is given up emits an error, which nobody would hear; readers still get it.
    response.body.on('error', () => undefined);
    const headers = flatten(response.headers);
    const location = headers['location'];
    if (![301, 302, 303, 307, 308].includes(response.statusCode) || location === undefined) {
      return { status: response.statusCode, headers, body: response.body };
    }
    response.body.destroy();
    const next = new URL(location, url);
    if (next.protocol !== 'http:' && next.protocol !== 'https:') break;
    authorization = basicAuthorization(next) ?? authorization;
    url = next;
  }
  throw new HarnessError('NETWORK', `cannot fetch ${redactUrl(first)}: it redirects without end or to something that is not http`, { hint: 'check the URL' });
}

function basicAuthorization(url: URL): string | undefined {
  if (url.username === '' && url.password === '') return undefined;
  return `Basic ${Buffer.from(`${decodeURIComponent(url.username)}:${decodeURIComponent(url.password)}`).toString('base64')}`;
}

function flatten(headers: Readonly<Record<string, string | string[] | undefined>>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), Array.isArray(value) ? value.join(', ') : (value ?? '')]));
}

function agent(proxy: string | undefined): Promise<Dispatcher> {
  const key = proxy ?? '';
  const known = agents.get(key);
  if (known !== undefined) return known;
  const made = import('undici').then(({ Agent, EnvHttpProxyAgent, ProxyAgent }): Dispatcher => {
    // Caching proxies of package archives take plain requests only; https goes through a tunnel anyway.
    const limits = { connect: { timeout: 15_000 }, headersTimeout: 30_000, bodyTimeout: 30_000, proxyTunnel: false };
    if (proxy === undefined) return new EnvHttpProxyAgent(limits);
    return proxy === 'direct' ? new Agent(limits) : new ProxyAgent({ uri: proxy, ...limits });
  });
  agents.set(key, made);
  return made;
}
