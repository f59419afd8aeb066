/**
 * Tests LiveKit's Helm chart under kube-prometheus-stack over eight hours with the roll-out;
 * simulated-day.long.test.ts has the whole day of every variant.
 */
import { skipWithout } from '@livekit-swarm/testkit/requirements';
import { expect, it } from 'vitest';
import { SLOS } from '../src/slo.ts';
import { AROUND_FAULT, checkDay } from './support/day/check-day.ts';
import { targetLabels } from './support/day/labels.ts';
import { askAtEnd } from './support/day/simulate.ts';
import { during, type World } from './support/day/world.ts';

await skipWithout('promtool');

const HOUR = 60;

checkDay('helm', { from: 8 * HOUR, to: 16 * HOUR });

/** Share of bad units in the 100 minutes around a fault of 40 minutes. */
const badShare = async (id: string, changes: Partial<World>): Promise<number | undefined> => {
  const slo = SLOS.find((one) => one.id === id);
  const sum = (metric: string | undefined): string => `sum(sum_over_time(${metric}[100m:5m]))`;
  const query = `${sum(slo?.bad)} / ${sum(slo?.total)}`;
  const [result] = await askAtEnd(targetLabels('helm'), during(changes), AROUND_FAULT, query);
  return result?.value;
};

it.each([
  // Probes of single nodes, and probes only by TURN, do not count.
  ['availability', { probe: () => false, turn: () => false }, 0.35, 0.45],
  ['availability', { split: () => true, turn: () => false }, 0, 0],
  ['joins', { joinFailures: () => 0.5 }, 0.17, 0.23],
  // One of three nodes is impaired; its rate over five minutes rises slowly.
  ['media_minutes', { loss: (node) => (node === 2 ? 0.125 : 0.002) }, 0.11, 0.15],
  ['user_reports', { poorReports: () => 0.33 }, 0.13, 0.17],
] satisfies [string, Partial<World>, number, number][])(
  'records what the SLO %s counts as bad: %o',
  async (id, changes, least, most) => {
    const share = await badShare(id, changes);
    expect(share).toBeGreaterThanOrEqual(least);
    expect(share).toBeLessThanOrEqual(most);
  },
);
