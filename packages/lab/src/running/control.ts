/**
 * Control of a running lab's programs by other processes: only the supervisor, their parent, can
 * start them again.
 */
import { chmod } from 'node:fs/promises';
import { createServer, type Server, type Socket } from 'node:net';
import { constants } from 'node:os';
import { identifyProcess } from '@livekit-swarm/host';
import { messageOf, SwarmError } from '@livekit-swarm/settings';
import type { Cluster } from '../cluster/start-cluster.ts';
import type { Answer, ProgramChange, Request } from './control-protocol.ts';

/** Parts of a lab that other processes control. */
type Controlled = Pick<Cluster, 'service' | 'programs' | 'certificate' | 'backends' | 'nodes'>;

/** Maximum length of a request, which is one line, characters. */
const LONGEST_LINE = 262_144;

/**
 * Listens at a Unix socket that only its owner can use: one line of JSON in each direction per
 * connection.
 */
export const openControl = async (path: string, cluster: Controlled): Promise<Server> => {
  const server = createServer((socket) => serve(socket, cluster));
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(path, resolve);
  });
  await chmod(path, 0o600);
  server.unref();
  return server;
};

const serve = (socket: Socket, cluster: Controlled): void => {
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

const answer = async (line: string, cluster: Controlled): Promise<Answer> => {
  try {
    return await obey(readRequest(line), cluster);
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
  const known = ['start', 'stop', 'reload', 'look', ...Object.keys(constants.signals)] as unknown[];
  if (typeof request.service === 'string' && known.includes(request.action))
    return request as Request;
  throw new SwarmError(
    'bad_request',
    'not a request that the supervisor of a lab knows',
    'use the same version of swarm as the lab',
  );
};

const obey = async (
  { service: name, action, program, certificate, isBackend }: Request,
  cluster: Controlled,
): Promise<Answer> => {
  const service = cluster.service(name);
  if (program !== undefined) changeProgram(name, program, cluster);
  if (certificate !== undefined) await cluster.certificate?.use(certificate);
  if (isBackend !== undefined) await cluster.backends?.use(name, isBackend);
  if (action === 'stop') await service.stop();
  else if (action === 'reload') await service.reload();
  else if (action === 'start') {
    // A process that was killed and is not reaped yet would count as running.
    if (service.pid !== null && identifyProcess(service.pid) === null) await service.ended();
    await service.start();
  } else if (action !== 'look') service.signal(action);
  const { programs, nodes, certificate: balancer } = cluster;
  return {
    process: service.pid === null ? null : identifyProcess(service.pid),
    ...(nodes.some((node) => node.name === name) && {
      node: { program: programs.of(name), isChanged: programs.isChanged(name) },
    }),
    ...(balancer !== null && { certificate: balancer.present }),
  };
};

const changeProgram = (
  name: string,
  change: ProgramChange,
  { programs }: Pick<Cluster, 'programs'>,
): void => {
  if (change === 'restore') programs.restore(name);
  else if (change === 'keep') programs.keep(name);
  else programs.use(name, change.use);
};
