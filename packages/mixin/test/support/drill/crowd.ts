/** People in a deployment. */
import { mkdtemp } from 'node:fs/promises';
import { join } from 'node:path';
import {
  DEFAULT_LOAD_SPEC,
  expandPlan,
  type LoadSpec,
  scenarioOfLoad,
} from '@livekit-swarm/scenario';
import { runSmallCrowd } from '@livekit-swarm/testkit/small-load';
import type { Watched } from './deployment.ts';
import { type NodeFacts, putRoomOn, until } from './nodes.ts';

/** So long that nobody leaves before they are told to. */
const FOR_EVER_MS = 3_600_000;
const CALLS = {
  rooms: 6,
  participants: 2,
  publish: ['audio', 'video'],
  video: '360p',
  joinRate: 12,
} as const;
/** They only join: what fills a node is its number of participants. */
const SILENT = { participants: 30, joinRate: 50 } as const;

/** Ends a crowd. */
export type EndCrowd = () => Promise<void>;

/** Small calls with sound and pictures; resolves when everybody is in. */
export const startCalls = async (watched: Watched, name: string): Promise<EndCrowd> => {
  const { rooms, participants, video, joinRate } = CALLS;
  const load = { rooms, participants, video, joinRate, publish: [...CALLS.publish] };
  const end = await startCrowd(watched, name, load);
  const names = roomsOf(load, name);
  await until('everybody is in their call', async () => {
    const listed = await watched.rooms.listRooms(names).catch(() => []);
    return (
      listed.filter(({ numParticipants }) => numParticipants === participants).length === rooms ||
      undefined
    );
  });
  return end;
};

/** So many people, in rooms of thirty that are all put on one node. Resolves when they begin to come. */
export const fillNode = async (
  watched: Watched,
  node: NodeFacts,
  people: number,
  name: string,
): Promise<EndCrowd> => {
  const load = { ...SILENT, publish: [], rooms: Math.ceil(people / SILENT.participants) };
  for (const room of roomsOf(load, name)) await putRoomOn(watched, room, node);
  return startCrowd(watched, name, load);
};

const roomsOf = (load: Partial<LoadSpec>, name: string): string[] => {
  const plan = expandPlan(
    scenarioOfLoad({ ...DEFAULT_LOAD_SPEC, ...load, durationMs: FOR_EVER_MS }),
    name,
  );
  return [...new Set(plan.participants.map(({ room }) => room))];
};

const startCrowd = async (
  { cluster, dir }: Watched,
  name: string,
  load: Partial<LoadSpec>,
): Promise<EndCrowd> => {
  const { url, apiKey, apiSecret } = cluster;
  const stop = new AbortController();
  const running = runSmallCrowd({
    name,
    load: { ...load, durationMs: FOR_EVER_MS },
    url,
    apiKey,
    apiSecret,
    dir: await mkdtemp(join(dir, 'crowd-')),
    stop: stop.signal,
  });
  // What becomes of the people is not what is looked at here: faults are made to trouble them.
  const ended = running.then(
    () => {},
    (error: unknown) => console.error(`crowd ${name}: ${String(error)}`),
  );
  return async () => {
    stop.abort();
    await ended;
  };
};
