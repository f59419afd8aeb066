import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { groupOf, groupsOf, type MeteringRules, OTHER } from './groups.ts';
import { createSessionMeter } from './session-meter.ts';
import { createTrafficMeter, OVERHEAD_BYTES } from './traffic-meter.ts';

const rules: MeteringRules = { by: 'prefix', prefixes: ['acme-', 'acme-eu-'] };
const room = (name: string, metadata = '') => ({ name, metadata });

describe('groups of rooms', () => {
  it('are by the longest prefix, or other', () => {
    expect(groupOf(room('acme-1'), rules)).toBe('acme-');
    expect(groupOf(room('acme-eu-1'), rules)).toBe('acme-eu-');
    expect(groupOf(room('school-1'), rules)).toBe(OTHER);
    expect(groupsOf(rules)).toEqual(['acme-', 'acme-eu-', OTHER]);
  });

  it('are by the values in the metadata that are named', () => {
    const byTenant: MeteringRules = { by: 'metadata', key: 'tenant', values: ['acme', '7'] };
    const group = (metadata: string) => groupOf(room('x', metadata), byTenant);
    expect(group('{"tenant":"acme"}')).toBe('acme');
    expect(group('{"tenant":7}')).toBe('7');
    for (const stranger of ['', '{"tenant":"else"}', '{"tenant":["acme"]}', '{', '"acme"', 'null'])
      expect(group(stranger)).toBe(OTHER);
  });
});

const MINUTE = 60_000;

const metered = (sinceMs = 0) => {
  const minutes = new Map<string, number>();
  const meter = createSessionMeter(rules, sinceMs, (group, more) => {
    expect(more).toBeGreaterThan(0);
    minutes.set(group, (minutes.get(group) ?? 0) + more);
  });
  return { meter, of: (group = 'acme-') => minutes.get(group) ?? 0 };
};

const session = (sid: string, joinedAtMs = 0) => ({ sid, joinedAtMs });
const one = room('acme-1');

describe('minutes of sessions', () => {
  it('are those between both webhooks', () => {
    const { meter, of } = metered();
    meter.joined(one, session('PA_1'));
    meter.left(one, session('PA_1'), 3 * MINUTE);
    expect(of()).toBe(3);
    expect(meter.agrees('acme-1', 0)).toBe(true);
  });

  it('grow during a session, and are not counted again when it ends', () => {
    const { meter, of } = metered();
    meter.joined(one, session('PA_1'));
    meter.confirm('acme-1', 'ND_1', 2 * MINUTE);
    meter.confirm('acme-1', 'ND_1', MINUTE);
    expect(of()).toBe(2);
    meter.left(one, session('PA_1'), 3 * MINUTE);
    meter.left(one, session('PA_1'), 9 * MINUTE);
    expect(of()).toBe(3);
  });

  it('begin with the second webhook or the list if the first webhook is lost', () => {
    const { meter, of } = metered();
    meter.left(one, session('PA_1', MINUTE), 3 * MINUTE);
    expect(of()).toBe(2);
    meter.reconcile(one, [session('PA_2', 3 * MINUTE)], 4 * MINUTE);
    meter.confirm('acme-1', null, 5 * MINUTE);
    expect(of()).toBe(4);
  });

  it('end between the last list with the session and the first without if the second is lost', () => {
    const { meter, of } = metered();
    meter.joined(one, session('PA_1'));
    meter.confirm('acme-1', null, 10 * MINUTE);
    meter.reconcile(one, [], 12 * MINUTE);
    // The webhook may be delayed.
    expect(meter.agrees('acme-1', 0)).toBe(false);
    meter.confirm('acme-1', null, 13 * MINUTE);
    meter.reconcile(one, [], 14 * MINUTE);
    expect(of()).toBe(11);
    meter.left(one, session('PA_1'), 14 * MINUTE);
    expect(of()).toBe(11);
  });

  it('are not counted twice when a list is older than a webhook', () => {
    const { meter, of } = metered();
    meter.joined(one, session('PA_1'));
    meter.left(one, session('PA_1'), MINUTE);
    meter.reconcile(one, [session('PA_1')], 2 * MINUTE);
    meter.confirm('acme-1', null, 3 * MINUTE);
    expect(of()).toBe(1);
  });

  it('end with the node that held the room, also when the participants rejoined on another', () => {
    const { meter, of } = metered();
    meter.joined(one, session('PA_1'));
    meter.confirm('acme-1', 'ND_1', 2 * MINUTE);
    meter.joined(one, session('PA_2', 3 * MINUTE));
    meter.confirm('acme-1', 'ND_2', 4 * MINUTE);
    expect(of()).toBe(3);
    meter.lost('acme-1', 'ND_1', 2.5 * MINUTE);
    expect(of()).toBe(3.5);
    expect(meter.agrees('acme-1', 1)).toBe(true);
    expect(meter.rooms()[0]?.nodes).toEqual(new Set(['ND_2']));
  });

  it('begin with the exporter after its restart', () => {
    const { meter, of } = metered(10 * MINUTE);
    meter.reconcile(one, [session('PA_1', MINUTE)], 10 * MINUTE);
    meter.confirm('acme-1', null, 11 * MINUTE);
    expect(of()).toBe(1);
  });

  it('are correct when webhooks are lost', () => {
    const stay = fc.record({
      fromMs: fc.integer({ min: 0, max: 30 * MINUTE }),
      lastsMs: fc.integer({ min: 1_000, max: 30 * MINUTE }),
      told: fc.tuple(fc.boolean(), fc.boolean()),
    });
    const EVERY = 15_000;
    fc.assert(
      fc.property(fc.array(stay, { maxLength: 12 }), (stays) => {
        const { meter, of } = metered();
        const sessions = stays.map((of, index) => ({
          ...of,
          ...session(`PA_${index}`, of.fromMs),
        }));
        const events = sessions.flatMap(({ fromMs, lastsMs, told, sid }) => [
          ...(told[0] ? [{ atMs: fromMs, do: () => meter.joined(one, session(sid, fromMs)) }] : []),
          ...(told[1]
            ? [
                {
                  atMs: fromMs + lastsMs,
                  do: () => meter.left(one, session(sid, fromMs), fromMs + lastsMs),
                },
              ]
            : []),
        ]);
        for (let atMs = EVERY; atMs <= 65 * MINUTE; atMs += EVERY)
          events.push({
            atMs,
            do: () => {
              const present = sessions.filter(
                ({ fromMs, lastsMs }) => fromMs <= atMs && atMs < fromMs + lastsMs,
              );
              meter.reconcile(one, present, atMs);
              meter.confirm('acme-1', null, atMs);
            },
          });
        for (const event of events.sort((a, b) => a.atMs - b.atMs)) event.do();
        const truth = stays.reduce((sum, { lastsMs }) => sum + lastsMs / MINUTE, 0);
        // Each lost webhook costs at most one poll.
        const lost = stays.flatMap(({ told }) => told).filter((told) => !told).length;
        expect(Math.abs(of() - truth)).toBeLessThanOrEqual((lost * EVERY) / MINUTE + 1e-9);
      }),
    );
  });
});

describe('traffic of nodes', () => {
  const node = (id: string, updatedAt: number, packets: number) => ({
    id,
    updatedAt,
    stats: { bytesIn: 0, bytesOut: packets * 100, packetsIn: 0, packetsOut: packets },
  });
  const WIRE = 100 + OVERHEAD_BYTES;
  const sums = () => {
    const bytes: Record<string, number> = {};
    const meter = createTrafficMeter(OTHER, (group, direction, more) => {
      bytes[`${group} ${direction}`] = (bytes[`${group} ${direction}`] ?? 0) + more;
    });
    return { meter, bytes };
  };
  const alive: ReadonlySet<string> = new Set();
  const weights = (of: Record<string, Record<string, number>>) =>
    new Map(Object.entries(of).map(([id, groups]) => [id, new Map(Object.entries(groups))]));

  it('counts the increase, shared out by sessions', () => {
    const { meter, bytes } = sums();
    meter.look([node('ND_1', 0, 1_000)], weights({}), alive);
    meter.look([node('ND_1', 2, 1_400)], weights({ ND_1: { acme: 3, other: 1 } }), alive);
    expect(bytes).toEqual({ 'acme out': 300 * WIRE, 'other out': 100 * WIRE });
  });

  it('counts a new node, and a restarted counter, from 0', () => {
    const { meter, bytes } = sums();
    meter.look([node('ND_1', 0, 1_000)], weights({}), alive);
    const both = weights({ ND_1: { acme: 1 }, ND_2: { acme: 1 } });
    meter.look([node('ND_1', 2, 10), node('ND_2', 2, 5)], both, alive);
    expect(bytes).toEqual({ 'acme out': 15 * WIRE });
  });

  it('assigns traffic that is reported after participants left to their groups', () => {
    const { meter, bytes } = sums();
    meter.look([node('ND_1', 0, 0)], weights({ ND_1: { acme: 1 } }), alive);
    meter.look([node('ND_1', 2, 7)], weights({}), alive);
    expect(bytes).toEqual({ 'acme out': 7 * WIRE });
  });

  it('estimates the unreported traffic of a dead node, once', () => {
    const { meter, bytes } = sums();
    for (let at = 0; at <= 20; at += 2)
      meter.look([node('ND_1', at, at * 100)], weights({ ND_1: { acme: 1 } }), alive);
    expect(bytes['acme out']).toBe(2_000 * WIRE);
    for (let look = 0; look < 3; look++)
      meter.look([node('ND_1', 20, 2_000)], weights({}), new Set(['ND_1']));
    // The estimate is a hundred packets per second for three and a half seconds.
    expect(bytes['acme out']).toBeCloseTo(2_350 * WIRE, 6);
  });

  it('never decreases, and keeps the sum for any shares', () => {
    const steps = fc.array(
      fc.record({ packets: fc.integer({ min: 0, max: 1_000 }), a: fc.nat(5), b: fc.nat(5) }),
      { minLength: 1, maxLength: 20 },
    );
    fc.assert(
      fc.property(steps, (all) => {
        const { meter, bytes } = sums();
        let packets = 0;
        meter.look([node('ND_1', 0, 0)], weights({}), alive);
        for (const [index, { packets: more, a, b }] of all.entries()) {
          packets += more;
          meter.look([node('ND_1', index + 1, packets)], weights({ ND_1: { a, b } }), alive);
        }
        const sum = Object.values(bytes).reduce((total, of) => total + of, 0);
        expect(sum).toBeCloseTo(packets * WIRE, 3);
      }),
    );
  });
});
