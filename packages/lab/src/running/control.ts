/**
 * Control of a running lab's programs by other processes: only the supervisor, their parent, can
 * start them again.
 */
import { chmod } from 'node:fs/promises';
import { createServer, type Server, type Socket } from 'node:net';
import { constants } from 'node:os';
import { identifyProcess, type ProcessIdentity } from '@livekit-swarm/host';
import { messageOf, SwarmError } from '@livekit-swarm/settings';
import type { Cluster } from '../cluster/start-cluster.ts';
import type { Answer, Request } from './control-protocol.ts';

/** Maximum length of a request, which is one line, characters. */
const LONGEST_LINE = 4_096;

/**
 * Listens at a Unix socket that only its owner can use: one line of JSON in each direction per
 * connection.
 */
export const openControl = async (
  path: string,
  cluster: Pick<Cluster, 'service'>,
): Promise<Server> => {
  const server = createServer((socket) => serve(socket, cluster));
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(path, resolve);
  });
  await chmod(path, 0o600);
  server.unref();
  return server;
};

const serve = (socket: Socket, cluster: Pick<Cluster, 'service'>): void => {
  let text = '';
  socket.setEncoding('utf8');
  socket.on('error', () => {});
  socket.on('data', (part: string) => {
    text += part;
    const end = text.indexOf('\n');
    if (end < 0 && text.length < LONGEST_LINE) return;
    socket.removeAllListeners('data');
    void answer(text.slice(0, Math.max(end, 0)), cluster).then((reply) =>
      socket.end(`${JSON.stringify(reply)}\n`),
    );
  });
};

const answer = async (line: string, cluster: Pick<Cluster, 'service'>): Promise<Answer> => {
  try {
    return { process: await obey(readRequest(line), cluster) };
  } catch (error) {
    if (error instanceof SwarmError)
      return { error: { code: error.code, message: error.message, hint: error.hint } };
    return {
      error: {
        code: 'internal',
        message: messageOf(error),
        hint: null,
      },
    };
  }
};

const readRequest = (line: string): Request => {
  const request = JSON.parse(line) as Partial<Request>;
  const known = ['start', 'stop', 'look', ...Object.keys(constants.signals)] as unknown[];
  if (typeof request.service === 'string' && known.includes(request.action))
    return request as Request;
  throw new SwarmError(
    'bad_request',
    'not a request that the supervisor of a lab knows',
    'use the same version of swarm as the lab',
  );
};

const obey = async (
  { service: name, action }: Request,
  cluster: Pick<Cluster, 'service'>,
): Promise<ProcessIdentity | null> => {
  const service = cluster.service(name);
  if (action === 'stop') await service.stop();
  else if (action === 'start') {
    // A process that was killed and is not reaped yet would count as running.
    if (service.pid !== null && identifyProcess(service.pid) === null) await service.ended();
    await service.start();
  } else if (action !== 'look') service.signal(action);
  return service.pid === null ? null : identifyProcess(service.pid);
};
