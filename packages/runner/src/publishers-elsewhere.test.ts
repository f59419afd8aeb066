import { expandPlan, splitPlan, workersAnywhere } from '@livekit-swarm/scenario';
import { scenarioOfLoad, specOf } from '@livekit-swarm/testkit/load-spec';
import { expect, it } from 'vitest';
import { publishersElsewhere } from './publishers-elsewhere.ts';

const HOSTS = [
  { agent: 'load-1-3785ff', shards: [0, 1] },
  { agent: 'load-2-a1d8c9', shards: [2, 3] },
];

const shardsOf = (rooms: number, participants: number, subscribers: number) => {
  const spec = specOf({ rooms, participants, subscribers });
  return splitPlan(expandPlan(scenarioOfLoad(spec), 't3st'), workersAnywhere(4));
};

it('lists publishers of the same room on other hosts, and no subscribers', () => {
  const shards = shardsOf(1, 4, 40);
  const hosted = (numbers: number[]): string[] =>
    shards
      .filter(({ shard }) => numbers.includes(shard))
      .flatMap(({ participants }) => participants)
      .filter(({ publish }) => publish.length > 0)
      .map(({ identity }) => identity);
  for (const [index, { shards: own }] of HOSTS.entries())
    for (const shard of own) {
      const found = publishersElsewhere(shard, shards, HOSTS);
      const other = HOSTS[1 - index];
      expect(found.map(({ identity }) => identity)).toEqual(hosted(other?.shards ?? []));
      expect(new Set(found.map(({ agent }) => agent))).toEqual(
        new Set(found.length === 0 ? [] : [other?.agent]),
      );
    }
  expect(
    HOSTS.flatMap(({ shards: own }) => own).flatMap((shard) =>
      publishersElsewhere(shard, shards, HOSTS),
    ),
  ).not.toEqual([]);
});

it('lists no publishers if rooms are not split or all workers are on one host', () => {
  expect(publishersElsewhere(0, shardsOf(20, 2, 0), HOSTS)).toEqual([]);
  expect(publishersElsewhere(0, shardsOf(1, 4, 40), HOSTS.slice(0, 1))).toEqual([]);
  expect(publishersElsewhere(0, shardsOf(1, 4, 40), [])).toEqual([]);
});

it('lists publishers of data tracks, which may send nothing else', () => {
  const shards = shardsOf(1, 4, 40).map((shard) => ({
    ...shard,
    participants: shard.participants.map((one) => ({
      ...{ ...one, publish: [] },
      ...(one.publish.length > 0 && { dataTracks: { to: 'robot', bytes: 100, everyMs: 20 } }),
    })),
  }));
  const found = [0, 1, 2, 3].flatMap((shard) => publishersElsewhere(shard, shards, HOSTS));
  expect(found.length).toBeGreaterThan(0);
  expect(found.every(({ sendsData }) => !sendsData)).toBe(true);
});
