// HTTP with the proxies of the environment, redirects, retries and Retry-After. The one home of undici.
// Bodies are the bytes of the wire: nothing is decoded, since they are compared with digests.
import { setTimeout as sleep } from 'node:timers/promises';
import type { Readable } from 'node:stream';
import type { Dispatcher } from 'undici';
import { readFile } from 'node:fs/promises';
import { HarnessError } from '../model/errors.ts';
import { isFinal, networkError, redactUrl } from './http-failure.ts';

export { networkError, redactUrl };

export interface HttpRequest {
  /** Default GET. Others than GET and HEAD are never redirected. */
  readonly method?: 'GET' | 'HEAD' | 'POST' | 'PATCH';
  /** Sent wherever the request is redirected to: never credentials. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Credentials: sent to the origin of the URL only. */
  readonly authorization?: string | undefined;
  /** Content of a POST or PATCH. */
  readonly body?: string;
  /** PEM texts of authorities to trust besides the known ones. */
  readonly ca?: readonly string[];
  /** Whether a redirect may be followed to a URL. Default: any http or https. */
  readonly mayFollow?: (url: URL) => boolean;
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
  /** Origin that gave the answer, after redirects. */
  readonly origin: string;
  /** Must be read or destroyed. */
  readonly body: Readable;
}

const maxRedirects = 8;
const maxWaitMs = 60_000;
const passing = new Set([408, 425, 429, 500, 502, 503, 504]);
const agents = new Map<string, Promise<Dispatcher>>();

/**
 * One request. Connection failures and passing server errors are tried again; any other status is the caller's to judge.
 * @throws HarnessError `NETWORK`, `TLS_CERTIFICATE`, `TLS_MISSING` when no answer came at all.
 */
export async function sendHttp(url: string, request: HttpRequest = {}): Promise<HttpResponse> {
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
      if (last || isFinal(error)) throw networkError(url, error);
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

export interface SingleRequest {
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  /** Its only limit of time. */
  readonly signal: AbortSignal;
}

/** One request as it is: no proxy, no redirect, no second try, a connection of its own. Throws what the connection says. */
export async function httpOnce(url: string, { method, headers, body, signal }: SingleRequest): Promise<Pick<HttpResponse, 'status' | 'headers' | 'body'>> {
  const { request: send } = await import('undici');
  const dispatcher = await agent('direct', []);
  const response = await send(url, {
    dispatcher,
    method: method,
    headers: { 'user-agent': 'kit-test', ...headers },
    ...(body === undefined ? {} : { body }),
    signal,
    reset: true,
    headersTimeout: 0,
    bodyTimeout: 0,
  });
  response.body.on('error', () => undefined);
  return { status: response.statusCode, headers: flatten(response.headers), body: response.body };
}

async function follow(first: string, request: HttpRequest): Promise<HttpResponse> {
  const { request: send } = await import('undici');
  const dispatcher = await agent(request.proxy, request.ca ?? []);
  const origin = new URL(first).origin;
  const method = request.method ?? 'GET';
  let url = new URL(first);
  let authorization = basicAuthorization(url) ?? request.authorization;
  for (let redirects = 0; redirects <= maxRedirects; redirects++) {
    url.username = '';
    url.password = '';
    // Credentials never follow a redirect to another origin.
    const secret = url.origin === origin && authorization !== undefined ? { authorization } : {};
    const response = await send(url, {
      dispatcher,
      method,
      ...(request.body === undefined ? {} : { body: request.body }),
      headers: { 'accept-encoding': 'identity', 'user-agent': 'kit-test', ...request.headers, ...secret },
      ...(request.signal === undefined ? {} : { signal: request.signal }),
    });
    // A body that is given up emits an error, which nobody would hear; readers still get it.
    response.body.on('error', () => undefined);
    const headers = flatten(response.headers);
    const location = headers['location'];
    if (![301, 302, 303, 307, 308].includes(response.statusCode) || location === undefined || (method !== 'GET' && method !== 'HEAD')) {
      return { status: response.statusCode, headers, origin: url.origin, body: response.body };
    }
    response.body.destroy();
    const next = new URL(location, url);
    if (next.protocol !== 'http:' && next.protocol !== 'https:') break;
    if (request.mayFollow?.(next) === false) {
      throw new HarnessError('REDIRECT_REFUSED', `${redactUrl(first)} redirects to ${redactUrl(next.href)}, which is not encrypted`, { hint: 'the server is configured wrongly, or something on the way interferes' });
    }
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

function agent(proxy: string | undefined, ca: readonly string[]): Promise<Dispatcher> {
  const key = JSON.stringify([proxy ?? '', ca]);
  const known = agents.get(key);
  if (known !== undefined) return known;
  const made = createAgent(proxy, ca);
  agents.set(key, made);
  return made;
}

async function createAgent(proxy: string | undefined, ca: readonly string[]): Promise<Dispatcher> {
  const { Agent, EnvHttpProxyAgent, ProxyAgent } = await import('undici');
  const trust = ca.length === 0 ? {} : { ca: [...(await knownAuthorities()), ...ca] };
  // Caching proxies of package archives take plain requests only; https goes through a tunnel anyway.
  const limits = { connect: { timeout: 15_000, ...trust }, requestTls: trust, headersTimeout: 30_000, bodyTimeout: 30_000, proxyTunnel: false };
  if (proxy === undefined) return new EnvHttpProxyAgent(limits);
  return proxy === 'direct' ? new Agent(limits) : new ProxyAgent({ uri: proxy, ...limits });
}

/** Naming authorities replaces Node's own list and those of the environment: they are put together again here. */
async function knownAuthorities(): Promise<readonly string[]> {
  const { rootCertificates } = await import('node:tls');
  const extra = process.env['NODE_EXTRA_CA_CERTS'] ?? '';
  const text = extra === '' ? '' : await readFile(extra, 'utf8').catch(() => '');
  return text === '' ? rootCertificates : [...rootCertificates, text];
}
