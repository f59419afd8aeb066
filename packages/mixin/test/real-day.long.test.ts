/**
 * The labels of every variant in a Prometheus server over a day: a healthy one without a page, and one with a fault every 110 minutes, each with its page.
 *
 * The server is real: it finds targets with those labels, scrapes them by HTTP, marks what is gone as stale, evaluates the rules each minute of the
 * day, and stores ALERTS. Simulated are what the targets expose, and the clock: a minute takes a second, and every time in the rules is divided by 60.
 */
import { skipWithout } from '@livekit-swarm/testkit/requirements';
import { expect, test } from 'vitest';
import { VARIANTS } from '../src/config/schema.ts';
import { DAY_FAULTS } from './support/day/faults.ts';
import { targetLabels } from './support/day/labels.ts';
import { FASTER, type LivedDay, runDay } from './support/day/run-day.ts';
import { during, FAULT_FROM, HEALTHY, type World } from './support/day/world.ts';

await skipWithout('prometheus');

const WHOLE_DAY = { from: 0, to: 1_440 };
const TIMEOUT_MS = (WHOLE_DAY.to * 60_000) / FASTER + 120_000;
/** Half an hour before a fault, the fault of forty minutes, and time until its pages are over. */
const SLOT = 110;
const BEFORE = 30;

/** Each fault in a slot of its own; between them, the afternoon of a healthy day. */
const withFaults = (): World => {
  const worlds = DAY_FAULTS.map(({ changes }) => during(changes));
  return Object.fromEntries(
    Object.keys(HEALTHY).map((key) => [
      key,
      (...args: number[]): unknown => {
        const minute = args.at(-1) ?? 0;
        const world = worlds[Math.floor(minute / SLOT)] ?? HEALTHY;
        const at = world[key as keyof World] as (...of: number[]) => unknown;
        return at(...args.slice(0, -1), FAULT_FROM - BEFORE + (minute % SLOT));
      },
    ]),
  ) as unknown as World;
};

const firedBetween = ({ fired }: LivedDay, from: number, to: number): string[] =>
  [...fired]
    .filter(([, minutes]) => minutes.some((minute) => minute >= from && minute < to))
    .map(([alert]) => alert)
    .toSorted();

/** A server that did not evaluate the whole day proves nothing. */
const checkEvaluated = ({ evaluations, failed }: LivedDay): void => {
  expect(failed).toBe(0);
  expect(evaluations).toBeGreaterThan(WHOLE_DAY.to * 0.98);
};

test.for(VARIANTS)(
  'a healthy day with the labels of the variant %s: no page, no warning',
  { concurrent: true, timeout: TIMEOUT_MS, retry: 0 },
  async (variant, { expect: expectHere }) => {
    const day = await runDay(targetLabels(variant), HEALTHY, WHOLE_DAY);
    checkEvaluated(day);
    const alerts = firedBetween(day, 0, WHOLE_DAY.to);
    // NACKs rise in the minute of loss.
    expectHere(alerts.filter((alert) => !/ (info|none)$/.test(alert))).toEqual([]);
  },
);

test.for(VARIANTS)(
  'a day of faults with the labels of the variant %s: the right page for each',
  { concurrent: true, timeout: TIMEOUT_MS, retry: 0 },
  async (variant, { expect: expectHere }) => {
    const labels = targetLabels(variant);
    const hasLoadBalancer = labels.loadBalancer !== null;
    const day = await runDay(labels, withFaults(), WHOLE_DAY);
    checkEvaluated(day);
    const judged = DAY_FAULTS.map((fault, index) => ({ fault, from: index * SLOT })).filter(
      ({ fault }) => hasLoadBalancer || !fault.needsLoadBalancer,
    );
    const of = (severity: string, names: readonly string[]): string[] =>
      names.map((name) => `${name} ${severity}`).toSorted();
    const pagesOf = (from: number): string[] =>
      firedBetween(day, from, from + SLOT).filter((alert) => alert.endsWith(' critical'));
    expectHere(judged.map(({ fault, from }) => [fault.name, pagesOf(from)])).toEqual(
      judged.map(({ fault: { name, pages, pagesOfLoadBalancer = [] } }) => [
        name,
        of('critical', [...pages, ...(hasLoadBalancer ? pagesOfLoadBalancer : [])]),
      ]),
    );
    for (const { fault, from } of judged)
      expectHere(firedBetween(day, from, from + SLOT), fault.name).toEqual(
        expectHere.arrayContaining(of('warning', fault.warns)),
      );
  },
);
