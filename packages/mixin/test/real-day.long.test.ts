/**
 * Tests the labels of every variant in a Prometheus server over a day: a healthy day without a
 * page, and a day with a fault every 90 minutes, each with its page.
 *
 * The server is real: it finds targets with those labels, scrapes them by HTTP, marks missing
 * series as stale, evaluates the rules each minute of the day, and stores ALERTS. The metrics and
 * the clock are simulated: a minute takes a second, and every time in the rules is divided by 60.
 */
import { skipWithout } from '@livekit-swarm/testkit/requirements';
import { beforeAll, expect, test } from 'vitest';
import { VARIANTS, type Variant } from '../src/config/schema.ts';
import { DAY_FAULTS } from './support/day/faults.ts';
import { targetLabels } from './support/day/labels.ts';
import { FASTER, type LivedDay, runDay } from './support/day/run-day.ts';
import { during, FAULT_FROM, HEALTHY, type World, worldByMinute } from './support/day/world.ts';

await skipWithout('prometheus');

const WHOLE_DAY = { from: 0, to: 1_440 };
const TIMEOUT_MS = (WHOLE_DAY.to * 60_000) / FASTER + 120_000;
/**
 * Minutes per fault: ten before it, forty minutes of fault, and forty until its pages are resolved.
 */
const SLOT = 90;
const BEFORE = 10;

/** A day with each fault in its own slot, between parts of a healthy afternoon. */
const withFaults = (): World => {
  const worlds = DAY_FAULTS.map(({ changes }) => during(changes));
  return worldByMinute((minute) => ({
    world: worlds[Math.floor(minute / SLOT)] ?? HEALTHY,
    at: FAULT_FROM - BEFORE + (minute % SLOT),
  }));
};

const firedBetween = ({ fired }: LivedDay, from: number, to: number): string[] =>
  [...fired]
    .filter(([, minutes]) => minutes.some((minute) => minute >= from && minute < to))
    .map(([alert]) => alert)
    .toSorted();

/** Requires that the server evaluated the whole day; otherwise the result would prove nothing. */
const checkEvaluated = ({ evaluations, failed }: LivedDay): void => {
  expect(failed).toBe(0);
  expect(evaluations).toBeGreaterThan(WHOLE_DAY.to * 0.98);
};

interface Days {
  healthy: LivedDay;
  faults: LivedDay;
}
let days: Map<Variant, Days>;

beforeAll(async () => {
  // All days run at the same time, each with its own clock.
  const lived = VARIANTS.map(async (variant): Promise<[Variant, Days]> => {
    const labels = targetLabels(variant);
    const [healthy, faults] = await Promise.all([
      runDay(labels, HEALTHY, WHOLE_DAY),
      runDay(labels, withFaults(), WHOLE_DAY),
    ]);
    return [variant, { healthy, faults }];
  });
  days = new Map(await Promise.all(lived));
}, TIMEOUT_MS);

const daysOf = (variant: Variant): Days => {
  const found = days.get(variant);
  if (found === undefined) throw new Error(`no day of ${variant}`);
  checkEvaluated(found.healthy);
  checkEvaluated(found.faults);
  return found;
};

test.for(VARIANTS)('%s, a healthy day: no page', (variant) => {
  const alerts = firedBetween(daysOf(variant).healthy, 0, WHOLE_DAY.to);
  // A late scrape leaves one sample less in a window of five minutes, so the minute of loss can
  // warn: simulated-day.test.ts has exact times.
  expect(alerts.filter((alert) => alert.endsWith(' critical'))).toEqual([]);
});

test.for(VARIANTS)('%s, a day of faults: the right page for each', (variant) => {
  const day = daysOf(variant).faults;
  const hasLoadBalancer = targetLabels(variant).loadBalancer !== null;
  const judged = DAY_FAULTS.map((fault, index) => ({ fault, from: index * SLOT })).filter(
    ({ fault }) => hasLoadBalancer || !fault.needsLoadBalancer,
  );
  const of = (severity: string, names: readonly string[]): string[] =>
    names.map((name) => `${name} ${severity}`).toSorted();
  const pagesOf = (from: number): string[] =>
    firedBetween(day, from, from + SLOT).filter((alert) => alert.endsWith(' critical'));
  expect(judged.map(({ fault, from }) => [fault.name, pagesOf(from)])).toEqual(
    judged.map(({ fault: { name, pages, pagesOfLoadBalancer = [] } }) => [
      name,
      of('critical', [...pages, ...(hasLoadBalancer ? pagesOfLoadBalancer : [])]),
    ]),
  );
  for (const { fault, from } of judged)
    expect(firedBetween(day, from, from + SLOT), fault.name).toEqual(
      expect.arrayContaining(of('warning', fault.warns)),
    );
});
