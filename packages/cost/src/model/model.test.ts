import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { defaultPriceBook } from '../prices/price-book.ts';
import { scaleUsage, type Usage } from '../usage/usage.ts';
import { breakEven, costCurves } from './break-even.ts';
import { cloudCost, cloudCosts } from './cloud.ts';
import { hlsDeliveries } from './hls-delivery.ts';
import { ASSUMED_CAPACITY, countNodes, type NodeCapacity, nodesNeeded } from './nodes.ts';
import { offersOf, type SelfHostedRules, selfHostedCost, selfHostedCosts } from './self-hosted.ts';

const book = defaultPriceBook();

const rules: SelfHostedRules = {
  capacity: ASSUMED_CAPACITY,
  headroom: 1.5,
  minNodes: 1,
  scaled: false,
  turn: null,
  storage: null,
  staff: 0,
};

/** Usage of a thousand participants in voice rooms for eight hours of each day. */
const usage: Usage = {
  participantMinutes: 14_600_000,
  billedMinutes: 14_600_000,
  gbUp: 6_877,
  gbDown: 6_877,
  recordedGb: 0,
  hlsGb: 0,
  hours: [
    { label: 'day', hoursPerMonth: 243, participants: 1_000, packets: 100_000, bits: 125_600_000 },
  ],
};

describe('LiveKit Cloud', () => {
  it('bills the base, minutes beyond the plan, and traffic beyond the plan', () => {
    const scale = book.livekitCloud.plans.scale;
    expect(scale).toBeDefined();
    if (scale === undefined) return;
    expect(
      cloudCost('scale', scale, { billedMinutes: 2_500_000, gbDown: 4_000, hours: [] }),
    ).toEqual({
      plan: 'scale',
      base: 500,
      minutes: 1_000_000 * 0.0004,
      traffic: 100,
      total: 1_000,
    });
  });

  it('takes the cheapest plan that allows the load', () => {
    const best = (billedMinutes: number, gbDown: number, participants = 1) => {
      const hours = [{ label: 'peak', hoursPerMonth: 1, participants, packets: 0, bits: 0 }];
      return cloudCosts(book, { billedMinutes, gbDown, hours })[0]?.plan;
    };
    expect(best(5_000, 50)).toBe('build');
    expect(best(5_001, 50)).toBe('ship');
    // An event of an hour: few minutes, but more simultaneous participants than the plan allows.
    expect(best(180_000, 50, 1_000)).toBe('ship');
    expect(best(180_000, 50, 3_000)).toBe('scale');
    expect(best(10, 51)).toBe('ship');
    expect(best(1_500_000, 3_000)).toBe('scale');
  });
});

describe('nodes', () => {
  it('are counted by measured capacity, with headroom', () => {
    const load = { participants: 1_000, packets: 0, bits: 0 };
    const needed = (cores: number | null) => {
      const capacity: NodeCapacity = {
        type: 'measured',
        participantsPerNode: 500,
        cores,
        scenario: 'calls',
      };
      return nodesNeeded(load, { vcpus: 4 }, { ...rules, capacity });
    };
    expect(needed(null)).toBe(3);
    expect(needed(4)).toBe(3);
    expect(needed(2)).toBe(1.5);
  });

  it('are counted by packets or by bits, whichever needs more', () => {
    const needed = (packets: number, bits: number) =>
      nodesNeeded({ participants: 1, packets, bits }, { vcpus: 4 }, { ...rules, headroom: 1 });
    expect(needed(104_000, 0)).toBe(1);
    expect(needed(104_000, 1_600_000_000)).toBe(2);
  });

  it('are whole, and at least the requested number', () => {
    expect(countNodes(2.000_000_000_1, rules)).toBe(2);
    expect(countNodes(2.1, rules)).toBe(3);
    expect(countNodes(0, { ...rules, minNodes: 2 })).toBe(2);
    expect(countNodes(2.1, rules, true)).toBe(2.1);
  });
});

describe('own machines', () => {
  const cost = (more: Partial<SelfHostedRules> = {}, of = 'aws:c6i.xlarge') => {
    const [provider = '', machine = ''] = of.split(':');
    return selfHostedCost(book, { provider, machine }, usage, { ...rules, ...more });
  };

  it('run all month, as many as the busiest hour needs', () => {
    // 100,000 packets × 1.5 over 4 × 26,000.
    expect(cost()).toMatchObject({ nodes: 2, nodeHours: 1_460, machines: 1_460 * 0.17 });
    expect(cost().traffic).toBeCloseTo((6_877 - 100) * 0.09, 6);
  });

  it('or start and stop with the load', () => {
    expect(cost({ scaled: true }).nodeHours).toBe(2 * 243 + 487);
  });

  it('include traffic, in their own currency', () => {
    const hetzner = cost({}, 'hetzner:cx33');
    expect(hetzner.machines).toBeCloseTo(2 * 8.49 * 1.1637, 6);
    expect(hetzner.traffic).toBe(0);
  });

  it('with a TURN service, recordings and staff', () => {
    const more = cost({ turn: { service: 'cloudflare', share: 0.2 }, storage: 'r2', staff: 3_000 });
    expect(more.turn).toBeCloseTo((6_877 * 0.2 - 1_000) * 0.05, 6);
    expect(more.storage).toBe(0);
    expect(more.total).toBeCloseTo(cost().total + more.turn + 3_000, 6);
  });

  it('with the services of a price book, in the currency of their provider', () => {
    const source = { url: 'https://example.com', read: '2026-11-27', trust: 'assumed' } as const;
    const { hetzner } = book.providers;
    if (hetzner === undefined) throw new Error('the price book has no hetzner');
    const services = { redis: { month: 30, source }, 'load-balancer': { hour: 0.01, source } };
    const providers = { ...book.providers, hetzner: { ...hetzner, services } };
    const offer = { provider: 'hetzner', machine: 'cx33' };
    const whole = selfHostedCost({ ...book, providers }, offer, usage, rules);
    expect(whole.services).toBeCloseTo((30 + 7.3) * 1.1637, 6);
    expect(whole.total).toBeCloseTo(cost({}, 'hetzner:cx33').total + whole.services, 6);
    // Services cost the same however small the load is.
    const small = selfHostedCost({ ...book, providers }, offer, scaleUsage(usage, 0.01), rules);
    expect(small.services).toBe(whole.services);
  });

  it('are compared by the cheapest machine of each provider', () => {
    const all = selfHostedCosts(book, usage, rules);
    expect(all.map(({ provider }) => provider).sort()).toEqual(Object.keys(book.providers).sort());
    for (const [index, { total }] of all.slice(1).entries())
      expect(total).toBeGreaterThanOrEqual(all[index]?.total ?? 0);
    expect(selfHostedCosts(book, usage, rules, ['aws:c6i.4xlarge'])).toHaveLength(1);
  });
});

describe('serving an HLS audience', () => {
  const audience = { ...usage, hlsGb: 10_000 };
  const at = (provider: string, machine: string, nodeHours = 1_460) => ({
    ...{ provider, machine, nodeHours },
  });

  it('has the price of the traffic of each provider alone, cheapest first', () => {
    const deliveries = hlsDeliveries(book, { ...audience, gbDown: 0 }, [
      ...[at('aws', 'c6i.xlarge'), at('hetzner', 'cx33'), at('gcp', 'c2-standard-4')],
    ]);
    expect(deliveries.map(({ provider }) => provider)).toEqual(['hetzner', 'aws', 'gcp']);
    const [hetzner, aws, gcp] = deliveries.map(({ alone }) => alone);
    // In euros; a hundred GB without a price; tiers of GiB.
    expect(hetzner).toBeCloseTo(10_000 * 0.001 * 1.1637, 6);
    expect(aws).toBeCloseTo((10_000 - 100) * 0.09, 6);
    expect(gcp).toBeCloseTo(1_024 * 0.12 + (10_000 / 1.073741824 - 1_024) * 0.11, 6);
    for (const { withMachines, alone } of deliveries) expect(withMachines).toBe(alone);
  });

  it('begins in the tier to which own machines at the same provider came', () => {
    const [aws] = hlsDeliveries(book, audience, [at('aws', 'c6i.xlarge')]);
    // The machines have used what is free, and the first tier up to 6,877 GB.
    expect(aws?.withMachines).toBeCloseTo(
      (10_240 - 6_877) * 0.09 + (6_877 + 10_000 - 10_240) * 0.085,
      6,
    );
    expect(aws?.alone).toBeCloseTo((10_000 - 100) * 0.09, 6);
  });

  it('and not in one that machines did not use, as they include their traffic', () => {
    const { aws } = book.providers;
    const machine = aws?.machines.types['c6i.xlarge'];
    if (aws === undefined || machine === undefined) throw new Error('the price book has no aws');
    const types = { some: { ...machine, includedTraffic: 3_000 } };
    const providers = { mine: { ...aws, machines: { ...aws.machines, types } } };
    const [mine] = hlsDeliveries({ ...book, providers }, audience, [at('mine', 'some')]);
    // Two machines all month include 6,000 GB: 877 are billed.
    expect(mine?.withMachines).toBeCloseTo(
      (10_240 - 877) * 0.09 + (877 + 10_000 - 10_240) * 0.085,
      6,
    );
  });

  it('costs nothing without one', () => {
    expect(hlsDeliveries(book, usage, [at('aws', 'c6i.xlarge')])).toEqual([]);
  });
});

const offer = fc.constantFrom(...offersOf(book));
const usages = fc
  .record({
    minutes: fc.double({ min: 1, max: 1e8, noNaN: true }),
    up: fc.double({ min: 0, max: 5e6, noNaN: true }),
    down: fc.double({ min: 0, max: 1e7, noNaN: true }),
    hours: fc.double({ min: 1, max: 730, noNaN: true }),
  })
  .map(({ minutes, up, down, hours }): Usage => {
    const participants = minutes / 60 / hours;
    return {
      participantMinutes: minutes,
      billedMinutes: minutes * 1.02,
      gbUp: (minutes * 60 * up) / 8 / 1e9,
      gbDown: (minutes * 60 * down) / 8 / 1e9,
      recordedGb: 0,
      hlsGb: 0,
      hours: [
        {
          label: 'day',
          hoursPerMonth: hours,
          participants,
          packets: participants * 100,
          bits: participants * (up + down),
        },
      ],
    };
  });
const rulesOf = fc
  .record({
    headroom: fc.double({ min: 1, max: 3, noNaN: true }),
    minNodes: fc.integer({ min: 0, max: 4 }),
    scaled: fc.boolean(),
    staff: fc.double({ min: 0, max: 1e4, noNaN: true }),
  })
  .map((some): SelfHostedRules => ({ ...rules, ...some }));
const growth = fc.double({ min: 1, max: 50, noNaN: true });

describe('both curves', () => {
  it('never fall with the load', () => {
    fc.assert(
      fc.property(usages, rulesOf, offer, growth, (of, how, on, times) => {
        const more = scaleUsage(of, times);
        const cloud = (one: Usage) => cloudCosts(book, one)[0]?.total ?? 0;
        expect(cloud(more)).toBeGreaterThanOrEqual(cloud(of) * (1 - 1e-9));
        const own = (one: Usage) => selfHostedCost(book, on, one, how, true).total;
        expect(own(more)).toBeGreaterThanOrEqual(own(of) * (1 - 1e-9));
        // A whole node may bring more included traffic than it costs, except where no traffic is
        // included.
        if (book.providers[on.provider]?.machines.types[on.machine]?.includedTraffic !== 0) return;
        const whole = (one: Usage) => selfHostedCost(book, on, one, how).total;
        expect(whole(more)).toBeGreaterThanOrEqual(whole(of) * (1 - 1e-9));
      }),
    );
  });

  it('cross at the break-even', () => {
    const seen = new Set<string>();
    fc.assert(
      fc.property(usages, rulesOf, offer, growth, (of, how, on, times) => {
        const found = breakEven(book, on, of, how);
        const { cloud, selfHosted } = costCurves(book, on, of, how);
        seen.add(found.type);
        const at = (minutes: number) => selfHosted(minutes) - cloud(minutes);
        expect(at(1e9) > 0).toBe(found.type === 'never');
        if (found.type !== 'from') return;
        const { participantMinutes, cost } = found;
        expect(selfHosted(participantMinutes)).toBe(cost);
        expect(at(participantMinutes)).toBeLessThanOrEqual(0);
        expect(at(participantMinutes * (1 - 1e-6))).toBeGreaterThanOrEqual(-1e-6 * cost);
        const beyond = Math.min(1e9, participantMinutes * times);
        // The curves are compared in steps of less than a percent.
        expect(at(beyond)).toBeLessThanOrEqual(0.02 * selfHosted(beyond) + 1);
      }),
      { numRuns: 60 },
    );
    expect(seen).toContain('from');
  });
});
