import { WorkerConnection } from '@livekit-swarm/agents';
import type { LiveKitServer } from '@livekit-swarm/lab';

/** Worker of agents, registered at a server, which takes every job. */
export interface Agent extends Disposable {
  /** Identity with which it takes jobs. */
  readonly identity: string;
}

/** Registers a worker, as the SDKs of agents do. Resolves when the server has accepted it. */
export const startAgent = async (server: LiveKitServer, agentName: string): Promise<Agent> => {
  const identity = `${agentName}-1`;
  const connection = await WorkerConnection.open({
    target: server,
    agentName,
    version: '1.0.0',
    accept: () => identity,
    onAssignment: () => {},
    onTermination: () => {},
    onClosed: () => {},
  });
  connection.report({ load: 0, jobs: 0, isFull: false });
  return { identity, [Symbol.dispose]: () => connection.close() };
};
