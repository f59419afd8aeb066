/** Which node is which. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Service } from '@livekit-swarm/lab';
import type { Watched } from './deployment.ts';

export interface NodeFacts {
  service: Service;
  /** As Prometheus calls it. */
  instance: string;
  metricsUrl: string;
  udpPorts: readonly number[];
  tcpPort: number;
}

/** Waits for it, for a minute at most. @throws Error that says what was waited for */
export const until = async <T>(
  what: string,
  look: () => Promise<T | undefined>,
  patienceMs = 60_000,
): Promise<T> => {
  const deadline = performance.now() + patienceMs;
  for (;;) {
    const found = await look();
    if (found !== undefined) return found;
    if (performance.now() > deadline) throw new Error(`waited in vain: ${what}`);
    await sleep(250);
  }
};

/** The nodes with the most people first, as Prometheus sees them; waits until it sees all of them, and people on `busy` of them. */
export const nodesByPeople = ({ ask, cluster }: Watched, busy = 0): Promise<NodeFacts[]> =>
  until(`people on ${busy} of ${cluster.nodes.length} nodes`, async () => {
    const samples = (await ask('livekit_participant_total{job="livekit"}')).toSorted(
      (a, b) => b.value - a.value,
    );
    if (
      samples.length !== cluster.nodes.length ||
      samples.filter(({ value }) => value > 0).length < busy
    )
      return undefined;
    return samples.map(({ labels: { node: name = '', instance = '' } }): NodeFacts => {
      const node = cluster.nodes.find((one) => one.name === name);
      if (node === undefined)
        throw new Error(`Prometheus knows a node that is none of ours: ${name}`);
      const { udpFirst, udpLast, tcp } = node.ports;
      const { metricsUrl } = node;
      return {
        service: cluster.service(name),
        instance,
        metricsUrl,
        udpPorts: [udpFirst, udpLast],
        tcpPort: tcp,
      };
    });
  });

/** The one with the most people; waits until there are some. */
export const busiestNode = async (watched: Watched): Promise<NodeFacts> => {
  const [node] = await nodesByPeople(watched, 1);
  if (node === undefined) throw new Error('there are no nodes');
  return node;
};

export const kill = async (service: Service): Promise<void> => {
  service.signal('SIGKILL');
  await service.ended();
};

/** Makes a room that is served there. A node that has just started may not be in the registry yet. */
export const putRoomOn = async (
  { rooms }: Watched,
  name: string,
  { metricsUrl }: NodeFacts,
): Promise<void> => {
  await until(`the room ${name} on its node`, async () => {
    // How the node calls itself is a new word with each start.
    const id = /node_id="([^"]+)"/.exec(await (await fetch(metricsUrl)).text())?.[1];
    if (id === undefined) return undefined;
    return rooms.createRoom({ name, nodeId: id, emptyTimeout: 3_600 }).catch(() => undefined);
  });
};
