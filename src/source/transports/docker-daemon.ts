// `docker-daemon:NAME`: an image of the docker or podman service of this machine, asked for over its socket. It is copied
// into the cache once for each image id.
// https://docs.docker.com/reference/api/engine/version/v1.43/#tag/Image/operation/ImageGet
import { HarnessError } from '../../model/errors.ts';
import { readDockerArchive } from '../../oci/docker-archive.ts';
import { exists } from '../../sys/fs.ts';
import { getFromSocket, type SocketResponse } from '../../sys/socket-http.ts';
import { archiveFiles } from '../archive-file.ts';
import { layeredSource } from '../layered.ts';
import { spoolTar } from '../spool.ts';
import type { Source, Transport } from '../source.ts';

const MAX_ANSWER = 4 * 1024 * 1024;

const dockerDaemon: Transport<'docker-daemon'> = async (reference, context, signal): Promise<Source> => {
  const { name } = reference;
  if (!/^[\w][\w./:@+-]*$/.test(name) || name.includes('..')) throw new HarnessError('IMAGE_REFERENCE_INVALID', `"${name}" is not the name of an image`, { hint: 'expected docker-daemon:NAME:TAG' });
  const socket = await findSocket(process.env);
  const inspected = await ask(socket, `/images/${name}/json`, name, signal);
  const id = idIn(await textOf(inspected), socket);
  const { entries } = await spoolTar(context.cache, `docker-daemon ${id}`, async (shared) => whole(await ask(socket, `/images/${name}/get`, name, shared), socket, shared), signal);
  const files = archiveFiles(`the archive of ${name}`, entries);
  return layeredSource(reference.text, await readDockerArchive(files, undefined, context.arch.oci), context);
};

/** DOCKER_HOST where it is set, else the first of the usual places that is there. */
async function findSocket(env: NodeJS.ProcessEnv): Promise<string> {
  const host = env['DOCKER_HOST'] ?? '';
  if (host.startsWith('unix://')) return host.slice('unix://'.length);
  if (host !== '') throw new HarnessError('IMAGE_DAEMON_UNREACHABLE', 'DOCKER_HOST names no socket of this machine', { hint: 'docker-daemon: takes images over a unix socket only: unset DOCKER_HOST or set it to unix:///PATH' });
  const runtime = env['XDG_RUNTIME_DIR'];
  const places = ['/var/run/docker.sock', ...(runtime === undefined ? [] : [`${runtime}/docker.sock`, `${runtime}/podman/podman.sock`]), '/run/podman/podman.sock'];
  for (const place of places) if (await exists(place)) return place;
  throw new HarnessError('IMAGE_DAEMON_UNREACHABLE', 'there is no docker or podman service: none of its sockets exists', { hint: 'start it (`systemctl --user start podman.socket`) or set DOCKER_HOST; docker:// and oci: need no service' });
}

async function ask(socket: string, path: string, name: string, signal: AbortSignal): Promise<SocketResponse> {
  const response = await getFromSocket(socket, path, signal).catch((error: unknown) => {
    signal.throwIfAborted();
    throw new HarnessError('IMAGE_DAEMON_UNREACHABLE', `no docker or podman service answers at ${socket}: ${error instanceof Error ? error.message : String(error)}`, { hint: 'start it, and see that you may use its socket', cause: error });
  });
  if (response.status === 200) return response;
  const complaint = (await textOf(response)).replace(/\s+/g, ' ').slice(0, 200);
  if (response.status === 404) throw new HarnessError('IMAGE_NOT_FOUND', `the service at ${socket} has no image "${name}"`, { hint: `\`docker pull ${name}\` or \`podman pull ${name}\` fetches it; docker://${name} needs no service` });
  throw new HarnessError('IMAGE_DAEMON_UNREACHABLE', `the service at ${socket} answers ${response.status}: ${complaint}`, { hint: 'see the logs of the service' });
}

/** The bytes of an answer; one that ends too early is the service's failure. */
async function* whole(response: SocketResponse, socket: string, signal: AbortSignal): AsyncGenerator<Uint8Array> {
  try {
    for await (const chunk of response.body) yield chunk as Buffer;
  } catch (error) {
    signal.throwIfAborted();
    throw new HarnessError('IMAGE_DAEMON_UNREACHABLE', `the service at ${socket} stopped in the middle of the image: ${error instanceof Error ? error.message : String(error)}`, { hint: 'try again; see the logs of the service', cause: error });
  }
}

async function textOf(response: SocketResponse): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of response.body as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > MAX_ANSWER) break;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** The image's id in the answer to "inspect". */
function idIn(text: string, socket: string): string {
  let answer: unknown;
  try {
    answer = JSON.parse(text);
  } catch {
    // Whatever answers with something else is refused below.
  }
  const id = typeof answer === 'object' && answer !== null && 'Id' in answer && typeof answer.Id === 'string' ? answer.Id : '';
  if (!/^(sha256:)?[0-9a-f]{64}$/.test(id)) throw new HarnessError('IMAGE_DAEMON_UNREACHABLE', `what answers at ${socket} is neither docker nor podman`, { hint: 'check DOCKER_HOST' });
  return id;
}

export default dockerDaemon;
