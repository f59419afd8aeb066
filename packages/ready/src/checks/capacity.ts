import type { CapacityResult } from '@livekit-swarm/analysis/capacity';
import { formatNumber, plural } from '@livekit-swarm/settings';
import { type Check, type CheckResult, found, passed, unknown } from '@livekit-swarm/verify';
import type { EventLoad } from '../event.ts';
import type { EventCheck } from '../event-check.ts';
import { type CountNodes, nodeCounter } from './node-count.ts';

export interface CapacityQuestion {
  event: EventLoad;
  /** Factor of reserve. */
  headroom: number;
  /** Result of `swarm capacity`; null: not measured. */
  capacity: CapacityResult | null;
  /** Number of nodes by the user; null: it is read from Redis, if that was given. */
  nodes: number | null;
}

export interface CapacityFacts extends CapacityQuestion {
  /** Null: not known. */
  nodes: number | null;
  /** Versions of livekit-server that nodes report now. */
  versions: readonly string[];
  nowMs: number;
}

/** Age after which a measurement should be repeated, days. */
const OLD_DAYS = 30;
const DAY_MS = 86_400_000;

/**
 * Participants that a deployment carries, as measured. All nodes together, or the one node of the
 * only room.
 */
const carriedBy = ({ participants }: CapacityResult, nodes: number, isOneRoom: boolean): number =>
  Math.floor(isOneRoom ? participants.total : participants.perNode * nodes);

/** Reason why a measurement does not answer for an event; null: it does. */
const whyNotComparable = (
  { scenario, carried }: CapacityResult,
  event: EventLoad,
): string | null => {
  if (scenario !== event.scenario)
    return `the capacity was measured with the scenario ${scenario}, not with ${event.scenario}: run swarm capacity with it`;
  return carried === 0 ? 'the measurement found no load that is carried: run it again' : null;
};

/** Returns true if a capacity was measured with the scenario of an event, and some load was carried. */
export const isComparable = (
  capacity: CapacityResult | null,
  event: EventLoad,
): capacity is CapacityResult => capacity !== null && whyNotComparable(capacity, event) === null;

export const capacityRule = ({
  event,
  headroom,
  capacity,
  nodes,
  versions,
  nowMs,
}: CapacityFacts): CheckResult => {
  if (capacity === null)
    return unknown(
      'not measured: run swarm capacity with this scenario, and give its folder: --capacity DIR',
    );
  const reason = whyNotComparable(capacity, event);
  if (reason !== null) return unknown(reason);
  // A room is on one node, however many there are.
  const counted = event.isOneRoom ? 1 : nodes;
  if (counted === null)
    return unknown('the number of nodes is not known: give --nodes N, or --redis URL');
  const carried = carriedBy(capacity, counted, event.isOneRoom);
  const needed = Math.ceil(event.participants * headroom);
  const evidence = [
    event.isOneRoom
      ? `one node carries ${formatNumber(carried)} participants of one room`
      : `${plural(counted, 'node')} of ${formatNumber(capacity.participants.perNode)} participants each: ${formatNumber(carried)}`,
    `${formatNumber(event.participants)} participants need ${formatNumber(needed)} with a headroom of ${headroom}`,
    measuredText(capacity),
  ];
  if (carried >= needed) {
    const doubts = doubtsOf(capacity, versions, nowMs);
    return doubts.length === 0
      ? passed(...evidence)
      : found('warning', [...evidence, ...doubts], 'measure again: swarm capacity');
  }
  // A search that ended before the limit only states what is carried at least.
  if (capacity.end !== 'knee')
    return unknown(
      `at least ${formatNumber(carried)} participants are carried, and ${formatNumber(needed)} are needed; the measurement ended before its limit (${capacity.end}): measure a larger load`,
    );
  return found('error', evidence, shortageFix(event, capacity, counted, needed));
};

const measuredText = ({ startedAt, target, decided }: CapacityResult): string =>
  [
    `measured on ${startedAt.slice(0, 10)}`,
    target.serverVersion === null ? [] : `livekit-server ${target.serverVersion}`,
    target.nodeCores === null ? [] : `nodes of ${plural(target.nodeCores, 'core')}`,
    decided ? [] : 'each load once',
  ]
    .flat()
    .join(', ');

const doubtsOf = (
  { startedAt, target: { serverVersion } }: CapacityResult,
  versions: readonly string[],
  nowMs: number,
): string[] => {
  const days = Math.floor((nowMs - Date.parse(startedAt)) / DAY_MS);
  const others = versions.filter((version) => version !== serverVersion);
  return [
    ...(days > OLD_DAYS ? [`the measurement is ${days} days old`] : []),
    ...(serverVersion !== null && others.length > 0
      ? [`nodes run livekit-server ${others.join(', ')} now`]
      : []),
  ];
};

const shortageFix = (
  { isOneRoom }: EventLoad,
  { participants }: CapacityResult,
  nodes: number,
  needed: number,
): string => {
  if (isOneRoom)
    return 'a room is on one node, and further nodes do not help: take larger nodes, let participants receive less, or stream to the audience by HLS';
  const all = Math.ceil(needed / participants.perNode);
  return `add ${plural(all - nodes, 'node')} of the same size: ${formatNumber(all)} in all`;
};

export const capacityCheck = (question: CapacityQuestion): EventCheck => {
  const count: CountNodes = nodeCounter(question.nodes);
  return {
    title: 'The nodes carry all participants, with the headroom',
    severities: ['error', 'warning'],
    cause:
      'The deployment was sized for fewer participants, or for participants that send and receive less',
    fix: 'add nodes',
    run: async (facts) =>
      capacityRule({
        ...question,
        nodes: await count(facts),
        versions: await versionsOf(facts),
        nowMs: Date.now(),
      }),
  };
};

/** Versions that nodes report; empty where no participant can join. */
const versionsOf = async ({ admission, nodes }: Parameters<Check['run']>[0]): Promise<string[]> => {
  if (!(await admission()).ok) return [];
  const versions = (await nodes()).flatMap(({ joined }) =>
    'serverVersion' in joined && joined.serverVersion !== '' ? [joined.serverVersion] : [],
  );
  return [...new Set(versions)];
};
