import { expandPlan } from '@livekit-swarm/scenario';
import { type LoadSpec, scenarioOfLoad } from '@livekit-swarm/testkit/load-spec';
import { describe, expect, it } from 'vitest';
import { assessHost, type HostAssessmentRequest, placeOfServer } from './host-capacity.ts';

const GB = 1e9;
const assess = (spec: Partial<LoadSpec>, more: Partial<HostAssessmentRequest> = {}) =>
  assessHost({
    plan: expandPlan(scenarioOfLoad({ ...spec }), 't3st'),
    host: { cores: 4, memoryBytes: 8 * GB, limits: { openFiles: 20_000, localPorts: 28_000 } },
    workers: null,
    need: { udp: 1, tcp: 1 },
    server: 'embedded',
    ...more,
  });

describe('the estimated capacity of a host', () => {
  const calibration = { source: 'given', microsPerPacket: 1.75 } as const;
  const host = (cores: number) => ({
    ...{ cores, memoryBytes: 24 * GB },
    limits: { openFiles: 20_000, localPorts: 28_000 },
  });

  it('is close to the measured capacity of two cores: 250 rooms at 80 %', () => {
    const { estimate } = assess({ rooms: 500 }, { host: host(2), calibration });
    expect(estimate).toMatchObject({ unit: 'rooms', requested: 500 });
    expect(estimate.besideServer).toBeGreaterThan(200);
    expect(estimate.besideServer).toBeLessThan(300);
    expect(estimate.alone).toBeGreaterThan(3 * (estimate.besideServer ?? 0));
  });

  it('depends on a quota and on the speed of the host, not on the size of the plan', () => {
    const whole = assess({ rooms: 500 }, { host: host(2), calibration }).estimate.alone;
    const half = assess({ rooms: 500 }, { host: host(1), calibration }).estimate.alone;
    const smaller = assess({ rooms: 50 }, { host: host(2), calibration }).estimate.alone;
    expect(half / whole).toBeCloseTo(0.5, 1);
    expect(smaller / whole).toBeCloseTo(1, 1);
    const slow = { source: 'given', microsPerPacket: 3.5 } as const;
    const slower = assess({ rooms: 500 }, { host: host(2), calibration: slow }).estimate.alone;
    expect(slower / whole).toBeCloseTo(0.5, 1);
  });

  it('reserves the need of real clients, whatever the number of rooms', () => {
    const plan = expandPlan(scenarioOfLoad({ rooms: 10 }), 't3st');
    const [first, ...others] = plan.participants;
    if (first === undefined) throw new Error('no participant');
    const witness = {
      ...plan,
      participants: [{ ...first, engine: 'browser' as const }, ...others],
    };
    const without = assess({}, { plan, host: host(2), calibration }).estimate.alone;
    const beside = assess({}, { plan: witness, host: host(2), calibration }).estimate.alone;
    // A browser needs 0.6 of the 1.6 usable cores.
    expect(beside / without).toBeCloseTo(1 / 1.6, 1);
  });

  it('considers that media grows with the square of the participants if all of a room publish', () => {
    const carried = (participants: number, subscribers = 0): number =>
      assess({ rooms: 1, participants, subscribers }, { host: host(2), calibration }).estimate
        .besideServer ?? 0;
    // The estimate does not depend on the requested size of the room.
    expect(carried(10) / carried(30)).toBeCloseTo(1, 0.5);
    expect(carried(30)).toBeLessThan(80);
    expect(carried(1, 10)).toBeGreaterThan(300);
  });

  it('is in participants if there is one room, and without a server if it runs elsewhere', () => {
    const { estimate } = assess(
      { rooms: 1, participants: 4 },
      { host: host(2), calibration, server: 'elsewhere' },
    );
    expect(estimate).toMatchObject({ unit: 'participants', requested: 4, besideServer: null });
  });
});

describe('the judgement on a host', () => {
  const judged = (rooms: number, more: Partial<LoadSpec> = {}) =>
    assess(
      { rooms, joinRate: 1, ...more },
      {
        host: {
          ...{ cores: 2, memoryBytes: 24 * GB },
          limits: { openFiles: 20_000, localPorts: 28_000 },
        },
        calibration: { source: 'given', microsPerPacket: 1.5 },
      },
    );

  it('agrees with the estimate: it fits what the host is estimated to carry, and no room more', () => {
    const most = judged(10).estimate.besideServer ?? 0;
    expect(most).toBeGreaterThan(100);
    expect(judged(most)).toMatchObject({ fits: true, short: [] });
    expect(judged(most + 1)).toMatchObject({ fits: false, short: ['cores'] });
  });

  it('distinguishes joins that come too fast from participants that are too many', () => {
    const { fits, short, carriedJoinsPerSecond } = judged(100, { joinRate: 400 });
    expect({ fits, short }).toEqual({ fits: false, short: ['joins'] });
    expect(judged(100, { joinRate: carriedJoinsPerSecond })).toMatchObject({ fits: true });
    expect(judged(100, { joinRate: carriedJoinsPerSecond + 2 })).toMatchObject({ fits: false });
  });

  it('counts a server on this host, of a lab, too', () => {
    expect(placeOfServer(null)).toBe('embedded');
    for (const url of ['ws://127.0.0.1:7880', 'ws://localhost:7880', 'http://[::1]:7880'])
      expect(placeOfServer(url)).toBe('this-host');
    for (const url of ['wss://livekit.example.com', 'ws://10.0.0.4:7880'])
      expect(placeOfServer(url)).toBe('elsewhere');
    const beside = assess({ rooms: 50 }, { server: 'this-host' });
    expect(beside.need.server).toEqual(assess({ rooms: 50 }).need.server);
    expect(beside.need.server).not.toBeNull();
  });
});

describe('assessHost', () => {
  it('fits a thousand audio participants on four cores, as measured', () => {
    const { need, allocation, fits, short, obstacle } = assess({ rooms: 500 });
    expect({ allocation, fits, short, obstacle }).toEqual({
      allocation: { workers: 2, threads: 1 },
      fits: true,
      short: [],
      obstacle: null,
    });
    // Measured: 0.2 cores in the steady state, 0.45 cores during joins; 764 MB.
    expect(need.generator.cores).toBeGreaterThan(0.45);
    expect(need.generator.cores).toBeLessThan(0.9);
    expect(need.generator.memoryBytes).toBeGreaterThan(0.764 * GB);
    expect(need.generator.memoryBytes).toBeLessThan(1.2 * GB);
    expect(need.participants).toBe(1_000);
    // Each join takes 6 ms in the load generator and 15 ms in the server.
    expect(need.joins).toEqual({ perSecond: 50, cores: expect.closeTo(50 * 0.021) });
  });

  it('reports resources that do not suffice', () => {
    expect(assess({ rooms: 50, participants: 10, publish: ['audio', 'video'] })).toMatchObject({
      fits: false,
      short: ['cores'],
    });
    const small = {
      cores: 64,
      memoryBytes: 1 * GB,
      limits: { openFiles: 20_000, localPorts: 28_000 },
    };
    expect(assess({ rooms: 500 }, { host: small })).toMatchObject({
      fits: false,
      short: ['memory'],
    });
  });

  it('leaves out the server if it runs elsewhere', () => {
    const here = assess({ rooms: 700 });
    const elsewhere = assess({ rooms: 700 }, { server: 'elsewhere' });
    expect(elsewhere.need.server).toBeNull();
    expect(elsewhere.need.generator).toEqual(here.need.generator);
    expect(here.need.server?.cores).toBeGreaterThan(here.need.generator.cores);
  });

  it('distinguishes an impossible run from one without a reserve', () => {
    const few = { cores: 4, memoryBytes: 8 * GB, limits: { openFiles: 256, localPorts: 28_000 } };
    const { obstacle, allocation, fits, short, need } = assess({ rooms: 500 }, { host: few });
    expect(obstacle?.message).toMatch(/embedded server needs 1128 file descriptors/);
    expect({ allocation, fits, short }).toEqual({ allocation: null, fits: false, short: [] });
    expect(need.participants).toBe(1_000);
  });
});
