import { describe, expect, test } from 'vitest';
import type { HostResource } from '../summary/reached-limits.ts';
import { type CapacitySession, concludeCapacity } from './conclude.ts';
import { firstCause } from './first-cause.ts';
import { kneeInterval } from './knee-interval.ts';
import type { Crossing, StepFacts } from './result.ts';
import { capacitySchema } from './result.ts';
import { sizingOf } from './sizing.ts';

const crossingOf = (metric: string, changes: Partial<Crossing> = {}): Crossing => ({
  metric,
  expression: `${metric}: p(95)<1`,
  value: 2,
  limit: 1,
  resource: null,
  ...changes,
});

/** Cost of a call of two participants: a hundredth of a core and a megabyte. */
const stepOf = (load: number, changes: Partial<StepFacts> = {}): StepFacts => {
  const crossed = changes.outcome === 'crossed';
  return {
    load,
    repeat: 1,
    record: null,
    outcome: 'held',
    evidence: { windows: 4, crossed: crossed ? 4 : 0, failedAsAWhole: false, certain: false },
    planned: {
      rooms: load,
      participants: 2 * load,
      publishers: 2 * load,
      subscribers: 2 * load,
      tracksUp: 2 * load,
      tracksDown: 2 * load,
      packetsUp: 100 * load,
      packetsDown: 100 * load,
      bitsUp: 80_000 * load,
      bitsDown: 80_000 * load,
    },
    measured: {
      joined: 2 * load,
      joinTimeP95Ms: 100,
      joinFailures: 0,
      loss: 0,
      uplinkLoss: 0,
      jitterP95Ms: 2,
      latencyP95Ms: 5,
      cpuCores: 0.02 + 0.01 * load,
      busiestNodeCores: 0.02 + 0.01 * load,
      memoryBytes: 80e6 + 1e6 * load,
      bitsUp: 80_000 * load,
      bitsDown: 80_000 * load,
      packetsUp: 100 * load,
      packetsDown: 100 * load,
      drops: 0,
      nodes: 1,
    },
    crossings: crossed ? [crossingOf('media_latency')] : [],
    rejected: [],
    serverEnded: false,
    sourcesLost: [],
    impairments: [],
    reasons: [],
    ...changes,
  };
};

const crossedStep = (load: number, changes: Partial<StepFacts> = {}): StepFacts =>
  stepOf(load, { outcome: 'crossed', ...changes });

const codeOf = (
  changes: Partial<StepFacts>,
  cores: number | null = 4,
  workerCores: number | null = null,
  workerBytes: number | null = null,
) => firstCause([crossedStep(10, changes)], { cores, workerCores, workerBytes })?.code;
const busy = (busiestNodeCores: number) => ({
  measured: { ...stepOf(10).measured, busiestNodeCores },
});

const lacking = (resource: HostResource): Partial<StepFacts> => ({
  reachedLimits: [
    { node: 'a', resource, share: 1, limit: null, packets: 0, others: null, allowances: [] },
  ],
});

describe('the first cause of failure', () => {
  test.each([
    [
      'a limit of LiveKit',
      { rejected: [{ reason: 'server_full', count: 4, message: 'full' }] },
      'limit',
    ],
    ['a full room', { rejected: [{ reason: 'room_full', count: 4, message: null }] }, 'limit'],
    [
      'UDP ports that are used up',
      { rejected: [{ reason: 'udp_ports_exhausted', count: 4, message: null }], ...busy(3.9) },
      'udp_ports_exhausted',
    ],
    [
      'a proxy that limits',
      { rejected: [{ reason: 'rate_limited', count: 4, message: null }] },
      'rate_limit',
    ],
    ['a server that ended', { serverEnded: true, ...busy(3.9) }, 'server_ended'],
    ['latency of a busy node', busy(2.6), 'cpu'],
    ['latency of an idle node', busy(1), 'latency'],
    ['loss of an idle node', { ...busy(1), crossings: [crossingOf('packet_loss')] }, 'network'],
    ['loss of a busy node', { ...busy(3.8), crossings: [crossingOf('packet_loss')] }, 'cpu'],
    [
      'join time of an idle node',
      { ...busy(1), crossings: [crossingOf('join_time')] },
      'join_time',
    ],
    [
      'agents that were lost',
      { ...busy(1), crossings: [crossingOf('agent_response_time'), crossingOf('agents_lost')] },
      'dispatch',
    ],
    ['slow agents', { ...busy(1), crossings: [crossingOf('agent_response_time')] }, 'agents'],
    ['slow agents of a busy node', { ...busy(3.8), crossings: [crossingOf('agents_lost')] }, 'cpu'],
    ['a Redis that stopped answering', { ...busy(1), sourcesLost: ['redis'] }, 'redis'],
    ['a server that the kernel ended', { serverEnded: true, outOfMemory: true }, 'memory'],
    ['latency of a node without memory', { ...busy(2.6), ...lacking('memory') }, 'memory'],
    [
      'failed joins at a full table',
      {
        ...busy(1),
        ...lacking('conntrack'),
        crossings: [crossingOf('join_failures')],
        rejected: [{ reason: 'no_candidates', count: 2, message: null }],
      },
      'conntrack',
    ],
    ['loss beyond an allowance', { ...busy(1), ...lacking('allowance') }, 'allowance'],
    ['latency under steal', { ...busy(2.6), ...lacking('steal') }, 'steal'],
    ['a node that got its cores all the same', { ...busy(3.7), ...lacking('steal') }, 'cpu'],
    ['latency on a host that others use', { ...busy(1), ...lacking('host_cpu') }, 'host_cpu'],
    [
      'a CPU quota on a host that others use',
      { ...busy(2.6), ...lacking('host_cpu'), hostCores: 8 },
      'cpu',
    ],
    [
      'memory that was asked for',
      { crossings: [crossingOf('server_memory', { resource: 'memory' })] },
      'memory',
    ],
    [
      'CPU that was asked for',
      {
        ...busy(2),
        crossings: [crossingOf('packet_loss'), crossingOf('server_cpu', { resource: 'cpu' })],
      },
      'cpu',
    ],
  ])('%s', (_, changes, code) => {
    expect(codeOf(changes)).toBe(code);
  });

  test('is the symptom of participants if the cores are unknown', () => {
    expect(codeOf(busy(3.9), null)).toBe('latency');
    expect(codeOf({ crossings: [crossingOf('packet_loss')] }, null)).toBe('loss');
  });
});

describe('agents that were lost', () => {
  const lost = { crossings: [crossingOf('agents_lost')], ...busy(1) };

  test.each([
    ['because no worker took their jobs', { callers: 10, lost: 2, withoutJob: 2 }, 'worker_jobs'],
    ['although workers took their jobs', { callers: 10, lost: 2, withoutJob: 0 }, 'dispatch'],
    // Twenty participants joined, and ten of them are callers.
    ['by every caller', { callers: 10, lost: 10, withoutJob: 10 }, 'dispatch'],
  ])('%s', (_, agents, code) => {
    expect(codeOf({ ...lost, agents })).toBe(code);
  });

  test('by workers without CPU', () => {
    const agents = { callers: 10, lost: 2, withoutJob: 2, busiestWorkerCores: 0.9 };
    expect(codeOf({ ...lost, agents }, 4, 1)).toBe('worker_cpu');
    expect(codeOf({ ...lost, agents }, 4, 2)).toBe('worker_jobs');
    expect(codeOf({ ...lost, agents })).toBe('worker_jobs');
    expect(codeOf({ ...lost, agents: { ...agents, busiestWorkerCores: null } }, 4, 1)).toBe(
      'worker_jobs',
    );
  });

  test('by workers without memory', () => {
    const agents = { callers: 10, lost: 2, withoutJob: 2, busiestWorkerCores: 0.9 };
    const full = { ...lost, agents: { ...agents, largestWorkerBytes: 0.95e9 } };
    expect(codeOf(full, 4, 1, 1e9)).toBe('worker_memory');
    expect(codeOf(full, 4, 1, 2e9)).toBe('worker_cpu');
    expect(codeOf({ ...full, crossings: [crossingOf('media_latency')] }, 4, 1, 1e9)).toBe(
      'latency',
    );
  });

  test('late answers of workers without CPU', () => {
    const agents = { callers: 10, lost: 0, withoutJob: 0, busiestWorkerCores: 0.19 };
    const late = { ...busy(1), crossings: [crossingOf('agent_response_time')], agents };
    expect(codeOf(late, 4, 0.2)).toBe('worker_cpu');
    // Media that is late has another cause.
    expect(codeOf({ ...late, crossings: [crossingOf('media_latency')] }, 4, 0.2)).toBe('latency');
  });

  test('on a node without CPU', () => {
    const agents = { callers: 10, lost: 2, withoutJob: 2 };
    expect(codeOf({ ...lost, ...busy(3.9), agents })).toBe('cpu');
  });
});

const sessionOf = (changes: Partial<CapacitySession> = {}): CapacitySession => ({
  scenario: 'calls',
  unit: 'rooms',
  startedAt: '2026-11-23T12:00:00.000Z',
  limits: [],
  error: null,
  target: { url: null, serverVersion: '1.13.4', nodeCores: 4 },
  cpu: null,
  steps: [stepOf(1), stepOf(10), stepOf(10), crossedStep(11, busy(3.8)), crossedStep(11)],
  searches: [{ end: 'knee', carried: 10, decided: true, exceeded: 11 }],
  stopped: null,
  ...changes,
});

describe('a capacity result', () => {
  test('states the carried load, the cause of the limit, the costs and the number of nodes', () => {
    const result = concludeCapacity(sessionOf());
    expect(capacitySchema.parse(result)).toEqual(result);
    expect(result).toMatchObject({
      end: 'knee',
      exitCode: 0,
      carried: 10,
      exceeded: 11,
      decided: true,
      participants: { total: 20, perNode: 20 },
      cause: { code: 'cpu' },
      knee: { load: 10, from: 10, to: 11, confidence: null },
    });
    expect(result.costs.cpuPerRoom).toBeCloseTo(0.01, 9);
    expect(result.costs.cpuPerParticipant).toBeCloseTo(0.005, 9);
    expect(result.costs.memoryPerRoom).toBeCloseTo(1e6, 3);
    expect(result.sizing[0]).toEqual({ users: 100, nodes: 8 });
    expect(result.model?.shapes).toMatchObject([{ scenario: 'calls', points: 2 }]);
  });

  test('of an impaired load generator is a lower bound, and inconclusive', () => {
    const impaired = stepOf(20, {
      outcome: 'inconclusive',
      evidence: null,
      impairments: ['cpu_starved'],
    });
    const result = concludeCapacity(
      sessionOf({
        steps: [stepOf(10), stepOf(10), impaired, impaired, impaired],
        searches: [{ end: 'generator', carried: 10, decided: true, exceeded: null }],
      }),
    );
    expect(result).toMatchObject({ end: 'generator', exitCode: 98, carried: 10, cause: null });
    expect(result.knee).toBeNull();
  });

  test('of an interrupted session contains the load that was carried so far', () => {
    expect(
      concludeCapacity(
        sessionOf({ steps: [stepOf(1), stepOf(2)], searches: [], stopped: 'interrupted' }),
      ),
    ).toMatchObject({ end: 'interrupted', exitCode: 130, carried: 2, exceeded: null });
  });

  test('of a session without runs is complete', () => {
    const result = concludeCapacity(
      sessionOf({
        steps: [],
        searches: [],
        stopped: 'unreachable',
        error: { code: 'unreachable', message: 'no answer', hint: null },
      }),
    );
    expect(capacitySchema.parse(result)).toMatchObject({
      end: 'unreachable',
      exitCode: 3,
      carried: 0,
      sizing: [],
      model: null,
    });
  });
});

describe('repeated searches', () => {
  const knees = (...loads: number[]) =>
    kneeInterval(loads.map((carried) => ({ carried, exceeded: carried + 1 })));

  test('have an interval with the confidence that their number allows', () => {
    expect(knees(10)).toMatchObject({ load: 10, from: 10, to: 11, confidence: null });
    expect(knees(10, 12, 11, 11, 10)).toMatchObject({
      load: 11,
      from: 10,
      to: 12,
      confidence: 0.9375,
    });
    expect(kneeInterval([])).toBeNull();
  });
});

test('the number of nodes is rounded up and includes half as much again in reserve', () => {
  const table = sizingOf(300);
  expect(table.map(({ users }) => users)).toEqual([
    100, 200, 500, 1_000, 2_000, 5_000, 10_000, 20_000, 50_000,
  ]);
  expect(table.map(({ nodes }) => nodes)).toEqual([1, 1, 3, 5, 10, 25, 50, 100, 250]);
  expect(sizingOf(0)).toEqual([]);
});
