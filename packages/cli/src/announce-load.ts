import { defaultPriceBook, runPrice } from '@livekit-swarm/cost';
import { hostOf, isCloud, scopeOf } from '@livekit-swarm/livekit';
import { type Plan, planLoad } from '@livekit-swarm/scenario';
import { formatNumber, plural } from '@livekit-swarm/settings';
import { runPriceText } from './cost/run-price-text.ts';

const SECOND_MS = 1_000;
const MEGABIT = 1_000_000;

/** What a run is about to send to a server outside this host and its network; null: it stays there. */
export const announcementOf = (plan: Plan, url: string): string | null => {
  const host = hostOf(url);
  if (scopeOf(host) !== 'public') return null;
  const { rooms, participants, bitsUp, bitsDown } = planLoad(plan).most(0, plan.endAtMs);
  const megabits = (bits: number): string => formatNumber(Math.round((10 * bits) / MEGABIT) / 10);
  const load = `Load on ${host}, which is neither this host nor a private network: up to ${plural(participants, 'participant')} in ${plural(rooms, 'room')}, ${megabits(bitsUp)} Mbit/s up and ${megabits(bitsDown)} Mbit/s down, ${formatNumber(mostJoinsPerSecond(plan))} joins/s.`;
  const price = isCloud(host) ? runPrice(plan, defaultPriceBook()) : null;
  return price === null ? load : `${load} LiveKit Cloud bills ${runPriceText(price)}.`;
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
