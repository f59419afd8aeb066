import { found, passed, skipped, unknown } from '@livekit-swarm/verify';
import type { JoinFact, RegionFacts } from '../region-facts.ts';
import { msText, type RegionQuestion, rttBetween, siteOf } from './question.ts';

const crossJoins = (joins: readonly JoinFact[]): Map<string, JoinFact[]> =>
  Map.groupBy(
    joins.filter(({ room }) =>
      joins.some((other) => other.room === room && other.user !== other.opener),
    ),
    ({ room }) => room,
  );

/** Question of whether users of two regions who join the same room meet there. */
export const meetingQuestion: RegionQuestion = {
  id: 'meeting',
  title: 'Users of two regions meet in the same room',
  cause:
    'Each region has a room of this name of its own: their clusters share no Redis, and users are sent to different ones',
  fix: 'send all users of a room to the region in which it is open, or give all nodes one Redis',
  answer: (facts) => {
    const rooms = [...crossJoins(facts.joins).values()];
    const apart: string[] = [];
    const together: string[] = [];
    const failed: string[] = [];
    for (const users of rooms) {
      const [first, second] = [
        users.find(({ user, opener }) => user === opener),
        users.find(({ user, opener }) => user !== opener),
      ];
      if (first === undefined || second === undefined) continue;
      const pair = `${first.user} and ${second.user}`;
      if (first.node === null || second.node === null)
        failed.push(`${pair}: ${first.failure ?? second.failure ?? 'the node is not known'}`);
      else if (first.node !== second.node)
        apart.push(`${pair}: room ${first.room} is open on ${first.node} and on ${second.node}`);
      else if (!first.hears || !second.hears)
        failed.push(`${pair}: on ${first.node}, without media between them`);
      else
        together.push(
          `${pair}: on ${first.node} in ${siteOf(facts, first.node)}, opened by ${first.user}`,
        );
    }
    if (apart.length > 0) return found('error', apart);
    if (failed.length > 0) return unknown(failed.join('; '));
    return together.length === 0
      ? unknown('no room had users of two regions')
      : passed(...together);
  },
};

/** Join time, by the regions of user and room. */
export const joinTimeQuestion: RegionQuestion = {
  id: 'join-time',
  title: 'Users join in time, from every region to every room',
  cause:
    'A join needs several round trips: to the region that the user is sent to, and to the node',
  fix: 'send users to the region of the room, or accept the distance: limits: { join: 3s }',
  answer: (facts, plan) => {
    const times = facts.joins.flatMap(({ user, node, joinMs }) => {
      const site = siteOf(facts, node);
      return site === null || joinMs === null ? [] : [{ user, site, joinMs }];
    });
    const failed = facts.joins.filter(({ failure }) => failure !== null);
    if (failed.length > 0)
      return found(
        'error',
        failed.map(({ user, opener, failure }) => `${user}, room of ${opener}: ${failure}`),
        'see why they could not join; the logs of the nodes are in the folder of the result',
        'Users could not join',
      );
    if (times.length === 0) return unknown('no participant joined');
    const slowest = [...Map.groupBy(times, ({ user, site }) => `${user} → ${site}`)].map(
      ([pair, all]) => ({
        pair,
        rttMs: rttBetween(plan, all[0]?.user ?? '', all[0]?.site ?? ''),
        joinMs: Math.max(...all.map(({ joinMs }) => joinMs)),
      }),
    );
    const evidence = slowest
      .toSorted((a, b) => a.rttMs - b.rttMs)
      .map(({ pair, rttMs, joinMs }) => `${pair} (${msText(rttMs)}): ${msText(joinMs)}`);
    const { joinMs: limit } = plan.limits;
    if (limit === null) return passed(...evidence);
    const slow = slowest.filter(({ joinMs }) => joinMs > limit);
    if (slow.length === 0) return passed(...evidence);
    if (facts.impaired.length > 0)
      return unknown(
        `joins took longer than ${msText(limit)}, but this host was too slow: ${facts.impaired.join(', ')}`,
      );
    return found(
      'error',
      slow.map(({ pair, joinMs }) => `${pair}: ${msText(joinMs)}, more than ${msText(limit)}`),
    );
  },
};

/** Latency between two users, by their regions and that of the room. */
export const latencyQuestion: RegionQuestion = {
  id: 'latency',
  title: 'Media arrives in time, from every region to every region',
  cause:
    'Media goes from the speaker to the node of the room and from there to the listener: rooms stay where they were opened, however far the others are',
  fix: 'open rooms in the region where most of their users are, or accept the distance: limits: { latency: 200ms }',
  answer: (facts, plan) => {
    const measured = facts.latencies.flatMap(({ p50Ms, ...rest }) =>
      p50Ms === null
        ? []
        : [
            {
              ...rest,
              p50Ms,
              // Half a round trip to the node, and half of one from it.
              leastMs:
                (rttBetween(plan, rest.publisher, rest.site) +
                  rttBetween(plan, rest.subscriber, rest.site)) /
                2,
            },
          ],
    );
    if (measured.length === 0) return unknown('no media was received');
    const undelayed = measured.filter(({ p50Ms, leastMs }) => p50Ms < leastMs * LEAST_SHARE);
    if (undelayed.length > 0)
      return unknown(
        `media was faster than the distance allows, so the lab did not delay it: ${undelayed.map(textOf).join('; ')}`,
      );
    const evidence = measured.toSorted((a, b) => a.leastMs - b.leastMs).map(textOf);
    const { latencyMs: limit } = plan.limits;
    const slow = measured.filter(({ p50Ms }) => limit !== null && p50Ms > limit);
    if (limit === null || slow.length === 0) {
      const missing = unmeasured(facts);
      return missing.length === 0
        ? passed(...evidence)
        : unknown(`not measured: ${missing.join('; ')}`);
    }
    const isByDistance = slow.some(({ leastMs }) => leastMs > limit);
    if (facts.impaired.length > 0 && !isByDistance)
      return unknown(
        `media took longer than ${msText(limit)}, but this host was too slow: ${facts.impaired.join(', ')}`,
      );
    return found(
      'error',
      slow.map((one) => `${textOf(one)}, more than ${msText(limit)}`),
    );
  },
};

/** Users who joined and whose media was not measured. */
const unmeasured = ({ joins, latencies }: RegionFacts): string[] => [
  ...joins
    .filter(({ node, hears }) => node !== null && !hears)
    .map(({ user, room }) => `a user of ${user} received no media in room ${room}`),
  ...latencies
    .filter(({ p50Ms }) => p50Ms === null)
    .map(({ publisher, subscriber, site }) => `${publisher} → ${subscriber}, room in ${site}`),
];

/** Share of the time of the distance below which media was not delayed as it should be. */
const LEAST_SHARE = 0.95;

const textOf = (one: {
  publisher: string;
  subscriber: string;
  site: string;
  p50Ms: number;
  leastMs: number;
}): string =>
  `${one.publisher} → ${one.subscriber}, room in ${one.site}: ${msText(one.p50Ms)} (distance: ${msText(one.leastMs)})`;

/** Not asked of a plan without a loss. */
export const NO_LOSS = skipped('no region was lost: add lose: REGION to the file');
