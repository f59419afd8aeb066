import { formatDuration } from '@livekit-swarm/settings';
import type { PageSection } from '../page/result-page.ts';
import type { TableData } from '../text-layout.ts';
import type { RegionsResult } from './regions-result.ts';

/** Question in one sentence. */
export const questionText = ({ plan, file }: Pick<RegionsResult, 'plan' | 'file'>): string => {
  const names = plan.regions.map(({ name }) => name).join(', ');
  const redis = plan.sharedRedis === null ? 'a Redis in each' : `Redis in ${plan.sharedRedis}`;
  const lost = plan.lose === null ? '' : `, and ${plan.lose} is lost`;
  return `Are users of ${names} served where they should be (${redis}${lost})? ${file}`;
};

const ms = (value: number | null): string => (value === null ? '–' : `${Math.round(value)} ms`);

/** Latency of each way between users, with the part of it that is distance. */
const latencyTable = ({ facts, plan }: RegionsResult): TableData => {
  const rtt = (one: string, other: string): number =>
    plan.rttMs[position(one)]?.[position(other)] ?? 0;
  const position = (name: string): number => plan.regions.findIndex((one) => one.name === name);
  return {
    head: ['from', 'to', 'room in', 'distance', 'latency p50', 'p95', 'lost'],
    rows: facts.latencies.map(({ publisher, subscriber, site, p50Ms, p95Ms, lost, packets }) => [
      ...[publisher, subscriber, site, ms((rtt(publisher, site) + rtt(subscriber, site)) / 2)],
      ...[ms(p50Ms), ms(p95Ms), `${lost} of ${lost + packets}`],
    ]),
    left: [0, 1, 2],
  };
};

const joinTable = ({ facts }: RegionsResult): TableData => ({
  head: ['user of', 'room of', 'sent to', 'node', 'join'],
  rows: facts.joins.map(({ user, opener, entry, node, joinMs, failure }) => [
    ...[user, opener, entry ?? '–', node ?? '–', failure ?? ms(joinMs)],
  ]),
  left: [0, 1, 2, 3],
});

const lossTable = ({ facts }: RegionsResult): TableData => ({
  head: ['user', 'of', 'before', 'after', 'back after'],
  rows: (facts.loss?.users ?? []).map(
    ({ identity, user, before, after, isAffected, backAfterMs }) => [
      ...[identity, user, before ?? '–'],
      ...(isAffected
        ? [
            after ?? '–',
            backAfterMs === null ? 'never' : formatDuration(Math.round(backAfterMs / 100) * 100),
          ]
        : [before ?? '–', 'not affected']),
    ],
  ),
  left: [0, 1, 2, 3],
});

/** Tables of everything that was measured. */
export const measuredSections = (result: RegionsResult): PageSection[] => [
  { title: 'Joins', table: joinTable(result) },
  {
    title: 'Latency',
    table: latencyTable(result),
    note: 'distance: half the round trip from the speaker to the node, and half of that to the listener',
  },
  ...(result.facts.loss === null
    ? []
    : [{ title: `Loss of ${result.facts.loss.region}`, table: lossTable(result) }]),
];
