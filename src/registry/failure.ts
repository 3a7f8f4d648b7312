// What a registry's refusals mean, with the next action. Its own words are shown short and without control characters.
import * as z from 'zod';
import { HarnessError } from '../model/errors.ts';
import { redactUrl, type HttpResponse } from '../sys/http.ts';
import type { Endpoint } from './endpoint.ts';

const ErrorsSchema = z.object({ errors: z.array(z.object({ code: z.string().optional(), message: z.string().optional() })).min(1) });
const maxText = 8 * 1024;

/** What a registry says about an error: `MANIFEST_UNKNOWN: manifest unknown`; empty where it says nothing. */
export async function errorText(response: HttpResponse): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of response.body as AsyncIterable<Buffer>) {
      chunks.push(chunk);
      size += chunk.length;
      if (size > maxText) break;
    }
  } catch {
    // An answer that is cut says what it has said so far.
  }
  response.body.destroy();
  try {
    const { errors } = ErrorsSchema.parse(JSON.parse(Buffer.concat(chunks).toString('utf8')));
    const [first] = errors;
    const words = [first?.code, first?.message].filter((word) => word !== undefined && word !== '').join(': ');
     
    return words.replaceAll(/[\u0000-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]+/g, ' ').slice(0, 160);
  } catch {
    return '';
  }
}

/** The server wants a login that we do not have, or not the one we have. */
export function loginError(endpoint: Endpoint, from: string | undefined): HarnessError {
  if (from === undefined) {
    return new HarnessError('REGISTRY_LOGIN', `${endpoint.name} demands a login for ${endpoint.repository}`, {
      hint: `log in with \`docker login\`, \`podman login\` or \`skopeo login ${endpoint.host}\`, and check the name: registries answer so for images that do not exist, too`,
    });
  }
  return new HarnessError('REGISTRY_LOGIN', `${endpoint.name} refuses the login of ${from} for ${endpoint.repository}`, { hint: `log in again, for example with \`skopeo login ${endpoint.host}\`; or the account may not read this repository` });
}

/** Any other status. `what` is what was asked for. */
export async function statusError(endpoint: Endpoint, what: string, response: HttpResponse): Promise<HarnessError> {
  const { status } = response;
  const said = await errorText(response);
  const words = said === '' ? '' : ` (${said})`;
  if (status === 404 || status === 410) return new HarnessError('IMAGE_NOT_FOUND', `${endpoint.name} does not have ${what}${words}`, { hint: 'check name and tag; `skopeo list-tags` shows the tags of a repository' });
  if (status === 403) return new HarnessError('REGISTRY_DENIED', `${endpoint.name} denies ${what}${words}`, { hint: 'the account, or the public, may not read this repository' });
  const later = response.headers['retry-after'];
  if (status === 429) {
    return new HarnessError('REGISTRY_BUSY', `${endpoint.name} limits how often it is asked${words}`, {
      hint: `${later === undefined ? 'try again later' : `it asks to come back later (Retry-After: ${later.replaceAll(/[^\x20-\x7e]/g, '').slice(0, 40)})`}; a login or a mirror (images.mirrors) raises the limit`,
    });
  }
  return new HarnessError('REGISTRY_FAILED', `${endpoint.name} answers status ${status} for ${what}${words}`, { hint: status >= 500 ? 'the registry is in trouble: try again later, or name a mirror (images.mirrors)' : 'is this a registry? check the name' });
}

/** A failure of the connection, with what can be set about it here. */
export function connectionError(endpoint: Endpoint, error: HarnessError): HarnessError {
  const with_ = (hint: string): HarnessError => new HarnessError(error.code, error.message, { hint, cause: error });
  if (error.code === 'TLS_MISSING') return with_(`if this registry really speaks plain HTTP, say so in harness.config.ts: images: { insecure: ['${endpoint.host}'] }`);
  if (error.code === 'TLS_CERTIFICATE') return with_("name the PEM file of the registry's certificate authority in harness.config.ts: images: { ca: ['ca.pem'] }");
  return error;
}

/** An answer that is no registry's: a login page, a proxy's words. */
export function notARegistry(endpoint: Endpoint, url: string): HarnessError {
  return new HarnessError('REGISTRY_WEB_PAGE', `${endpoint.name} answers with a web page where an image was expected: ${redactUrl(url)}`, { hint: 'check the name; a proxy or the login page of a network may stand in between' });
}
