// A registry of our own on the loopback interface that misbehaves as a test tells it, and notes what it was asked.
import { createHash } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { serve, type Loopback } from '../cache/loopback.ts';

const MANIFEST = 'application/vnd.oci.image.manifest.v1+json';
const INDEX = 'application/vnd.oci.image.index.v1+json';

export interface Content {
  readonly type: string;
  readonly bytes: Buffer;
}

/** What a repository holds: by digest, and by tag. */
export type Contents = Map<string, Content>;

export interface Descriptor {
  readonly mediaType: string;
  readonly digest: string;
  readonly size: number;
}

export const digestOf = (bytes: Uint8Array): string => `sha256:${createHash('sha256').update(bytes).digest('hex')}`;

export function put(contents: Contents, type: string, value: Buffer | object): Descriptor {
  const bytes = Buffer.isBuffer(value) ? value : Buffer.from(JSON.stringify(value));
  contents.set(digestOf(bytes), { type, bytes });
  return { mediaType: type, digest: digestOf(bytes), size: bytes.length };
}

export function tag(contents: Contents, name: string, { digest }: Descriptor): void {
  const content = contents.get(digest);
  if (content !== undefined) contents.set(name, content);
}

/** An image with one plain layer, tagged `1`. `change` may spoil its manifest. */
export function imageOf(contents: Contents, layer: Buffer, change: (manifest: { config: Descriptor; layers: Descriptor[] }) => object = (manifest) => manifest): { readonly manifest: Descriptor; readonly layer: Descriptor } {
  const config = put(contents, 'application/vnd.oci.image.config.v1+json', { os: 'linux', architecture: 'amd64', config: {} });
  const blob = put(contents, 'application/vnd.oci.image.layer.v1.tar', layer);
  const manifest = put(contents, MANIFEST, { schemaVersion: 2, mediaType: MANIFEST, ...change({ config, layers: [blob] }) });
  tag(contents, '1', manifest);
  return { manifest, layer: blob };
}

export function indexOf(contents: Contents, manifests: readonly object[]): Descriptor {
  return put(contents, INDEX, { schemaVersion: 2, mediaType: INDEX, manifests });
}

export interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  /** Name behind manifests/ or blobs/; empty for anything else. */
  readonly name: string;
  readonly content: Content | undefined;
  /** How often this path was asked for before. */
  readonly count: number;
  /** Answers as a good registry would. */
  readonly good: () => void;
}

export type Twist = (exchange: Exchange) => void;

export interface HostileRegistry extends Loopback {
  /** 127.0.0.1:PORT/kt/x:1 */
  readonly reference: string;
  readonly host: string;
}

export async function serveRegistry(contents: Contents, twist: Twist = ({ good }) => good()): Promise<HostileRegistry> {
  const counts = new Map<string, number>();
  const server = await serve((request, response) => {
    const path = (request.url ?? '').replace(/\?.*$/s, '');
    const name = /\/(?:manifests|blobs)\/(.*)$/.exec(path)?.[1] ?? '';
    const key = `${request.method ?? ''} ${path}`;
    const count = counts.get(key) ?? 0;
    counts.set(key, count + 1);
    const content = contents.get(name);
    twist({ request, response, name, content, count, good: () => answer(request, response, content) });
  });
  const host = server.url.slice('http://'.length);
  return Object.assign(server, { host, reference: `${host}/kt/x:1` });
}

export function answer(request: IncomingMessage, response: ServerResponse, content: Content | undefined): void {
  if (content === undefined) {
    response.writeHead(404, { 'content-type': 'application/json' }).end('{"errors":[{"code":"UNKNOWN","message":"not\\u001b[31m here"}]}');
    return;
  }
  const { type, bytes } = content;
  const from = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1] ?? 0);
  const headers = { 'content-type': type, 'docker-content-digest': digestOf(bytes), 'content-length': bytes.length - from };
  if (from > 0) response.writeHead(206, { ...headers, 'content-range': `bytes ${from}-${bytes.length - 1}/${bytes.length}` });
  else response.writeHead(200, headers);
  response.end(request.method === 'HEAD' ? undefined : bytes.subarray(from));
}
