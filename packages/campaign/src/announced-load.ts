import { defaultPriceBook, type RunPrice, runPrice } from '@livekit-swarm/cost';
import { hostOf, isCloud, scopeOf } from '@livekit-swarm/livekit';
import { type Plan, planLoad } from '@livekit-swarm/scenario';

const SECOND_MS = 1_000;

/** The load that a run is about to send to a server outside this host and its network. */
export interface AnnouncedLoad {
  host: string;
  rooms: number;
  participants: number;
  /** Bits per second at the fullest moment. */
  bitsUp: number;
  bitsDown: number;
  joinsPerSecond: number;
  /** Price on LiveKit Cloud; null elsewhere. */
  price: RunPrice | null;
}

/** The load of a plan at a URL; null: it stays on this host or its network. */
export const announcedLoad = (plan: Plan, url: string): AnnouncedLoad | null => {
  const host = hostOf(url);
  if (scopeOf(host) !== 'public') return null;
  const { rooms, participants, bitsUp, bitsDown } = planLoad(plan).most(0, plan.endAtMs);
  const joinsPerSecond = mostJoinsPerSecond(plan);
  const price = isCloud(host) ? runPrice(plan, defaultPriceBook()) : null;
  return { host, rooms, participants, bitsUp, bitsDown, joinsPerSecond, price };
};

const mostJoinsPerSecond = ({ participants }: Pick<Plan, 'participants'>): number => {
  const times = participants.map(({ joinAtMs }) => joinAtMs).sort((a, b) => a - b);
  let most = 0;
  let first = 0;
  for (const [index, time] of times.entries()) {
    while (time - (times[first] ?? time) >= SECOND_MS) first++;
    most = Math.max(most, index - first + 1);
  }
  return most;
};
