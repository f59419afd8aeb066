/** Participants in the deployment. */

import { mkdtemp } from 'node:fs/promises';
import { join } from 'node:path';
import { expandPlan } from '@livekit-swarm/scenario';
import { type LoadSpec, scenarioOfLoad } from '@livekit-swarm/testkit/load-spec';
import { runSmallLoad } from '@livekit-swarm/testkit/small-load';
import type { MonitoredDeployment } from './deployment.ts';
import { type NodeFacts, nodesByParticipants, putRoomOn, until } from './nodes.ts';

/** Duration of participants that the test stops, ms: none leaves earlier. */
const UNTIL_STOPPED_MS = 3_600_000;
const SMALL_ROOMS = {
  rooms: 6,
  participants: 2,
  publish: ['audio', 'video'],
  video: '360p',
  joinRate: 12,
} as const;
/** Participants without tracks, because capacity is a number of participants. */
const JOIN_ONLY = { participants: 30, joinRate: 25 } as const;
/** Joins that last as long as a fault, so that their times have a percentile. */
const STEADY_JOINS = { participants: 120, joinRate: 2 } as const;

/** Stops the load. */
export type StopLoad = () => Promise<void>;

/**
 * Starts small rooms with audio and video, equally many on each node: rules compare a node with its
 * own past, and a node without rooms has none. Resolves when all participants joined.
 */
export const startSmallRooms = async (
  deployment: MonitoredDeployment,
  name: string,
): Promise<StopLoad> => {
  const { rooms, participants, video, joinRate } = SMALL_ROOMS;
  const load = { rooms, participants, video, joinRate, publish: [...SMALL_ROOMS.publish] };
  const names = roomsOf(load, name);
  const nodes = await nodesByParticipants(deployment);
  for (const [index, room] of names.entries())
    await putRoomOn(deployment, room, nodes[index % nodes.length] as NodeFacts);
  const end = await startLoad(deployment, name, load);
  await until('all participants joined', async () => {
    const listed = await deployment.rooms.listRooms(names).catch(() => []);
    return (
      listed.filter(({ numParticipants }) => numParticipants === participants).length === rooms ||
      undefined
    );
  });
  return end;
};

/**
 * Starts participants in rooms of thirty that are all assigned to one node. Resolves when the joins
 * start.
 */
export const fillNode = async (
  deployment: MonitoredDeployment,
  node: NodeFacts,
  participants: number,
  name: string,
  joinRate: number = JOIN_ONLY.joinRate,
): Promise<StopLoad> => {
  const load = {
    ...JOIN_ONLY,
    joinRate,
    publish: [],
    rooms: Math.ceil(participants / JOIN_ONLY.participants),
  };
  for (const room of roomsOf(load, name)) await putRoomOn(deployment, room, node);
  return startLoad(deployment, name, load);
};

/** Starts two joins a second on one node, for a minute. Resolves when they start. */
export const keepJoining = (
  deployment: MonitoredDeployment,
  node: NodeFacts,
  name: string,
): Promise<StopLoad> =>
  fillNode(deployment, node, STEADY_JOINS.participants, name, STEADY_JOINS.joinRate);

const roomsOf = (load: Partial<LoadSpec>, name: string): string[] => {
  const plan = expandPlan(scenarioOfLoad({ ...load, durationMs: UNTIL_STOPPED_MS }), name);
  return [...new Set(plan.participants.map(({ room }) => room))];
};

const startLoad = async (
  { cluster, dir }: MonitoredDeployment,
  name: string,
  load: Partial<LoadSpec>,
): Promise<StopLoad> => {
  const { url, apiKey, apiSecret } = cluster;
  const stop = new AbortController();
  const running = runSmallLoad({
    name,
    load: { ...load, durationMs: UNTIL_STOPPED_MS },
    url,
    apiKey,
    apiSecret,
    dir: await mkdtemp(join(dir, 'load-')),
    stop: stop.signal,
  });
  // The outcome of the run is not checked here: faults are expected to affect it.
  const ended = running.then(
    () => {},
    (error: unknown) => console.error(`load ${name}: ${String(error)}`),
  );
  return async () => {
    stop.abort();
    await ended;
  };
};
