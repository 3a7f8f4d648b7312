// What a failing connection means, in words for people and without the secrets of its URL.
import { HarnessError } from '../model/errors.ts';
import { errorCode } from './fs.ts';

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

/** What a failure of a connection means, with the next action: `TLS_CERTIFICATE`, `TLS_MISSING` or `NETWORK`. */
export function networkError(url: string, error: unknown): HarnessError {
  if (error instanceof HarnessError) return error;
  const code = deepCode(error) ?? '';
  const certificate = certificates[code];
  if (certificate !== undefined) {
    return new HarnessError('TLS_CERTIFICATE', `cannot trust ${redactUrl(url)}: ${certificate}`, { hint: 'name the file of its certificate authority in NODE_EXTRA_CA_CERTS', cause: error });
  }
  if (notTls.has(code)) return new HarnessError('TLS_MISSING', `cannot fetch ${redactUrl(url)}: the server does not speak TLS`, { hint: 'check the URL: https is not http', cause: error });
  const reason = reasons[code] ?? (error instanceof Error ? error.message : String(error));
  return new HarnessError('NETWORK', `cannot fetch ${redactUrl(url)}: ${reason}`, {
    hint: 'check the network and the proxy settings (http_proxy, https_proxy, no_proxy), then try again: what is complete is kept',
    cause: error,
  });
}

/** Whether another try would end the same way. */
export function isFinal(error: unknown): boolean {
  const code = deepCode(error) ?? '';
  return error instanceof HarnessError || certificates[code] !== undefined || notTls.has(code);
}

const untrusted = 'its certificate is signed by no authority that is trusted here';
const certificates: Readonly<Record<string, string>> = {
  DEPTH_ZERO_SELF_SIGNED_CERT: untrusted,
  SELF_SIGNED_CERT_IN_CHAIN: untrusted,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: untrusted,
  UNABLE_TO_GET_ISSUER_CERT: untrusted,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: untrusted,
  CERT_HAS_EXPIRED: 'its certificate has expired',
  CERT_NOT_YET_VALID: 'its certificate is not valid yet',
  ERR_TLS_CERT_ALTNAME_INVALID: 'its certificate is for another host name',
};

const notTls = new Set(['ERR_SSL_WRONG_VERSION_NUMBER', 'ERR_SSL_PACKET_LENGTH_TOO_LONG', 'EPROTO']);

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
