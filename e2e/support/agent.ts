import { once } from 'node:events';
import { JobType, ServerMessage, WorkerMessage, WorkerStatus } from '@livekit/protocol';
import type { LiveKitServer } from '@livekit-swarm/lab';
import { AccessToken } from 'livekit-server-sdk';
import { WebSocket } from 'ws';

/** Worker of agents, registered at a server, which takes every job. */
export interface Agent extends AsyncDisposable {
  /** Identity with which it takes jobs. */
  readonly identity: string;
}

/** Registers a worker, as the SDKs of agents do. Resolves when the server has accepted it. */
export const startAgent = async (
  { url, apiKey, apiSecret }: Pick<LiveKitServer, 'url' | 'apiKey' | 'apiSecret'>,
  agentName: string,
): Promise<Agent> => {
  const identity = `${agentName}-1`;
  const token = new AccessToken(apiKey, apiSecret, { ttl: 600 });
  token.addGrant({ agent: true });
  const socket = new WebSocket(`${url}/agent`, {
    headers: { authorization: `Bearer ${await token.toJwt()}` },
  });
  await once(socket, 'open');
  const tell = (message: ConstructorParameters<typeof WorkerMessage>[0]): void =>
    socket.send(new WorkerMessage(message).toBinary());
  const registered = Promise.withResolvers<void>();
  socket.once('close', (code) => registered.reject(new Error(`the server closed it: ${code}`)));
  socket.on('message', (data: Buffer) => {
    const { message } = ServerMessage.fromBinary(data);
    if (message.case === 'register') registered.resolve();
    if (message.case === 'availability') {
      const jobId = message.value.job?.id ?? '';
      const value = { jobId, available: true, participantIdentity: identity };
      tell({ message: { case: 'availability', value } });
    }
  });
  tell({
    message: { case: 'register', value: { type: JobType.JT_ROOM, agentName, version: '1.0.0' } },
  });
  await registered.promise;
  tell({
    message: { case: 'updateWorker', value: { status: WorkerStatus.WS_AVAILABLE, load: 0 } },
  });
  return {
    identity,
    [Symbol.asyncDispose]: async () => {
      socket.close();
      await once(socket, 'close');
    },
  };
};
