import type { ServerProfile } from '@livekit-swarm/analysis';
import { formatNumber } from '@livekit-swarm/settings';
import { formatCount, formatShare, shorten } from '../format.ts';
import type { TableData } from '../text-layout.ts';
import { shortName } from './function-name.ts';

/** Functions of a node that a table has; the JSON report has more. */
const MAX_ROWS = 10;
const MAX_NAME = 60;

export const hasFailed = ({ failure }: ServerProfile): boolean => failure !== null;

/** Returns true if a profile shows anything. */
export const hasSamples = (profile: ServerProfile): boolean =>
  !hasFailed(profile) && profile.cpuMs > 0;

/** Functions with most CPU time of their own. No rows where no profile was taken. */
export const profileTable = (profiles: readonly ServerProfile[] = []): TableData => {
  const taken = profiles.filter(hasSamples);
  const several = taken.length > 1;
  return {
    head: [...(several ? ['node'] : []), 'function', 'itself', 'with calls'],
    rows: taken.flatMap(({ node, cpuMs, functions }) =>
      functions
        .slice(0, MAX_ROWS)
        .map(({ name, selfMs, totalMs }) => [
          ...(several ? [shorten(node, 22)] : []),
          shorten(shortName(name), MAX_NAME),
          part(selfMs, cpuMs),
          part(totalMs, cpuMs),
        ]),
    ),
    left: several ? [0, 1] : [0],
  };
};

/** Share of the CPU time of a profile, to a thousandth: a sample is not more exact. */
export const part = (ms: number, cpuMs: number): string =>
  formatShare(Math.round((1_000 * ms) / cpuMs) / 1_000);

/** Time and cost of each profile, or the reason why there is none. */
export const profileNotes = (profiles: readonly ServerProfile[] = []): string[] =>
  profiles.map(({ node, failure, fromMs, durationMs, cpuCores, cpuMs, file }) => {
    if (failure !== null) return `No CPU profile of ${node}: ${failure}.`;
    const time = `for ${seconds(durationMs)} s from ${seconds(fromMs)} s on`;
    if (cpuMs === 0) return `CPU profile of ${node} ${time}: the node used no CPU.`;
    return `CPU profile of ${node} ${time}, while a limit was crossed: ${formatCount(cpuCores)} cores, of which the profile itself takes 1 to 2 %. All of it is in ${file} (go tool pprof).`;
  });

const seconds = (ms: number): string => formatNumber(Math.round(ms / 1_000));
