import { expandPlan } from '@livekit-swarm/scenario';
import { isUsageError } from '@livekit-swarm/settings';
import { type LoadSpec, scenarioOfLoad } from '@livekit-swarm/testkit/load-spec';
import { describe, expect, it } from 'vitest';
import { parseOpenFiles, parsePortRange } from './descriptors.ts';
import {
  allocateWorkers,
  maxConcurrent,
  type WorkerAllocationRequest,
} from './worker-allocation.ts';

const choose = (spec: Partial<LoadSpec>, more: Partial<WorkerAllocationRequest> = {}) =>
  allocateWorkers({
    plan: expandPlan(scenarioOfLoad({ ...spec }), 't3st'),
    cores: 4,
    workers: null,
    need: { udp: 1, tcp: 1 },
    limits: { openFiles: 20_000, localPorts: 28_000 },
    embedded: true,
    ...more,
  });

const explanationOf = (work: () => unknown): string => {
  try {
    work();
  } catch (error) {
    if (isUsageError(error)) return `${error.message} → ${error.hint}`;
    throw error;
  }
  throw new Error('nothing was thrown');
};

describe('allocateWorkers', () => {
  it('needs one worker for the default load', () => {
    expect(choose({})).toEqual({ workers: 1, threads: 1 });
  });

  it('splits a thousand participants between two workers, and uses at most one worker per core', () => {
    expect(choose({ rooms: 500 })).toEqual({ workers: 2, threads: 1 });
    expect(choose({ rooms: 1_000 })).toEqual({ workers: 4, threads: 1 });
    expect(choose({ rooms: 2_000 })).toEqual({ workers: 4, threads: 1 });
  });

  it('depends on the number of packets, not only of participants', () => {
    expect(choose({ rooms: 10, participants: 10, publish: ['audio', 'video'] }).workers).toBe(4);
  });

  it('gives a worker more threads when there are fewer workers than needed', () => {
    expect(choose({ rooms: 1_000 }, { workers: 1 })).toEqual({ workers: 1, threads: 4 });
    expect(choose({ rooms: 1_000 }, { workers: 2 })).toEqual({ workers: 2, threads: 2 });
    expect(choose({ rooms: 20 }, { workers: 1 })).toEqual({ workers: 1, threads: 1 });
  });

  it('depends on simultaneous participants, not on the number of all participants', () => {
    const lessons = Array.from({ length: 10 }, (_, n) => ({
      name: `l${n}`,
      atMs: n * 70_000,
      rooms: 200,
      joinSpreadMs: 60_000,
      durationMs: 65_000,
    }));
    const scenario = scenarioOfLoad({ rooms: 1 });
    const groups = scenario.groups.map((group) => ({
      ...group,
      executor: { type: 'timetable' as const, lessons },
    }));
    const plan = expandPlan({ ...scenario, groups }, 't3st');
    expect(plan.participants).toHaveLength(4_000);
    expect(maxConcurrent(plan)).toBe(400);
    expect(choose({}, { plan, limits: { openFiles: 1_024, localPorts: 500 } })).toEqual({
      workers: 1,
      threads: 1,
    });
  });

  it('has enough workers for a burst of joins', () => {
    expect(choose({ rooms: 200, joinRate: 300 })).toEqual({ workers: 3, threads: 1 });
  });

  it('has no workers without participants', () => {
    expect(choose({ rooms: 1 }, { workers: 8 }).workers).toBe(2);
  });

  it('has more workers than cores if descriptors require it', () => {
    expect(
      choose({ rooms: 500 }, { limits: { openFiles: 512, localPorts: 28_000 }, embedded: false })
        .workers,
    ).toBe(8);
  });

  it('explains a limit of descriptors that is too low: limit, need, remedy', () => {
    const tooFew = explanationOf(() =>
      choose(
        { rooms: 500 },
        { workers: 1, limits: { openFiles: 1_024, localPorts: 28_000 }, embedded: false },
      ),
    );
    expect(tooFew).toMatch(
      /1 process would need 3128 file descriptors each, but the hard limit is 1024/,
    );
    expect(tooFew).toMatch(/--processes 4 or more.*ulimit -Hn/);
    expect(
      explanationOf(() =>
        choose({ rooms: 500 }, { limits: { openFiles: 1_024, localPorts: 28_000 } }),
      ),
    ).toMatch(/embedded server needs 1128 file descriptors .* 1024 .*ulimit/);
  });

  it('explains a number of local ports that is too low', () => {
    const tooFew = explanationOf(() =>
      choose(
        { rooms: 500 },
        { need: { udp: 2, tcp: 1 }, limits: { openFiles: 20_000, localPorts: 1_500 } },
      ),
    );
    expect(tooFew).toMatch(
      /1000 participants at a time need up to 2000 local ports, but this host gives out 1500/,
    );
    expect(tooFew).toMatch(/ip_local_port_range.*at most 750 participants/);
  });
});

describe('limits of the system', () => {
  it('reads the hard limit of open files', () => {
    const text =
      'Limit Soft Limit Hard Limit Units\nMax open files            1024                 20000                files\n';
    expect(parseOpenFiles(text)).toBe(20_000);
    expect(parseOpenFiles('Max open files 1024 unlimited files')).toBe(Number.POSITIVE_INFINITY);
    expect(parseOpenFiles('')).toBe(Number.POSITIVE_INFINITY);
  });

  it('reads the number of local ports', () => {
    expect(parsePortRange('32768\t60999\n')).toBe(28_232);
    expect(parsePortRange('')).toBe(Number.POSITIVE_INFINITY);
  });
});
