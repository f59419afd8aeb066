/** Finds nodes by their metrics. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Service } from '@livekit-swarm/lab';
import type { MonitoredDeployment } from './deployment.ts';

export interface NodeFacts {
  service: Service;
  /** Label `instance` in Prometheus. */
  instance: string;
  metricsUrl: string;
  udpPorts: readonly number[];
}

/**
 * Waits until `look` returns a value, at most a minute.
 * @throws Error that names the missing condition
 */
export const until = async <T>(
  what: string,
  look: () => Promise<T | undefined>,
  timeoutMs = 60_000,
): Promise<T> => {
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    const found = await look();
    if (found !== undefined) return found;
    if (performance.now() > deadline) throw new Error(`timeout: ${what}`);
    await sleep(250);
  }
};

/**
 * Nodes by participants in Prometheus, highest first; waits until all are scraped and `busy` of
 * them have participants.
 */
export const nodesByParticipants = (
  { ask, cluster }: MonitoredDeployment,
  busy = 0,
): Promise<NodeFacts[]> =>
  until(`participants on ${busy} of ${cluster.nodes.length} nodes`, async () => {
    const samples = (await ask('instance:livekit_participants:active')).toSorted(
      (a, b) => b.value - a.value,
    );
    if (
      samples.length !== cluster.nodes.length ||
      samples.filter(({ value }) => value > 0).length < busy
    )
      return undefined;
    return samples.map(({ labels: { instance = '' } }): NodeFacts => {
      const node = cluster.nodes.find((one) => new URL(one.metricsUrl).host === instance);
      if (node === undefined) throw new Error(`unexpected node in Prometheus: ${instance}`);
      const { udpFirst, udpLast } = node.ports;
      const { metricsUrl } = node;
      return {
        service: cluster.service(node.name),
        instance,
        metricsUrl,
        udpPorts: [udpFirst, udpLast],
      };
    });
  });

/** Node with the most participants; waits until there are some. */
export const busiestNode = async (deployment: MonitoredDeployment): Promise<NodeFacts> => {
  const [node] = await nodesByParticipants(deployment, 1);
  if (node === undefined) throw new Error('there are no nodes');
  return node;
};

export const kill = async (service: Service): Promise<void> => {
  service.signal('SIGKILL');
  await service.ended();
};

/** Crashes that make an alert on repeated restarts fire. */
export const RESTARTS = 3;

/**
 * Kills a service and starts it again, until the alert on repeated restarts must fire.
 * @param target selector of its metrics in Prometheus, without braces
 */
export const crashRepeatedly = async (
  { ask }: MonitoredDeployment,
  service: Service,
  target: string,
): Promise<void> => {
  for (let crash = 0; crash < RESTARTS; crash++) {
    await kill(service);
    await service.start();
    const startedAt = Date.now() / 1_000;
    await until('Prometheus sees the new process', async () => {
      const [seen] = await ask(`process_start_time_seconds{${target}} > ${startedAt - 3}`);
      return seen;
    });
    // All crashes must be within the range of the alert, half a minute where its times are shortened.
    await sleep(1_000);
  }
};

/** Creates a room on this node. A node that has just started may not be registered yet. */
export const putRoomOn = async (
  { rooms }: MonitoredDeployment,
  name: string,
  { metricsUrl }: NodeFacts,
): Promise<void> => {
  await until(`the room ${name} on its node`, async () => {
    // The node id changes with each start.
    const id = /node_id="([^"]+)"/.exec(await (await fetch(metricsUrl)).text())?.[1];
    if (id === undefined) return undefined;
    return rooms.createRoom({ name, nodeId: id, emptyTimeout: 3_600 }).catch(() => undefined);
  });
};
