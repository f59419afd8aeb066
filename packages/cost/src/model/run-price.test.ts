import { expandPlan, scenarioOfFlags } from '@livekit-swarm/scenario';
import { expect, it } from 'vitest';
import { defaultPriceBook } from '../prices/price-book.ts';
import { runPrice } from './run-price.ts';

const book = defaultPriceBook();
const flags = { rooms: '10', participants: '2', duration: '90s', joinRate: '1000' };
const plan = expandPlan(scenarioOfFlags(flags, []), 'r');

it('prices the traffic and the minutes of a run, each connection rounded up', () => {
  const price = runPrice(plan, book);
  // 20 connections of a little more than 90 s.
  expect(price).toMatchObject({ plan: 'ship', minutes: 40, read: book.livekitCloud.source.read });
  expect(price?.cost).toBeCloseTo(40 * 0.0005 + (price?.gbDown ?? 0) * 0.12, 9);
  expect(price?.gbDown).toBeGreaterThan(0);
});

it('has no price without a plan that can be exceeded', () => {
  const { build } = book.livekitCloud.plans;
  expect(build).toBeDefined();
  if (build === undefined) return;
  const only = { ...book, livekitCloud: { ...book.livekitCloud, plans: { build } } };
  expect(runPrice(plan, only)).toBeNull();
});
