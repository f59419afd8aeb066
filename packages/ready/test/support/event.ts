import type { CapacityResult } from '@livekit-swarm/analysis/capacity';
import type { EventLoad } from '../../src/event.ts';

export const NOW = Date.UTC(2026, 0, 15, 12);
const HOUR_MS = 3_600_000;

export const eventOf = (given: Partial<EventLoad>): EventLoad => ({
  ...{ scenario: 'webinar', participants: 100, largestRoom: 20, isOneRoom: false },
  ...{ beginsAtMs: NOW + 10 * HOUR_MS, endsAtMs: NOW + 12 * HOUR_MS },
  ...given,
});

const NOT_MEASURED = {
  ...{ cpuPerRoom: null, cpuPerParticipant: null, memoryPerRoom: null },
  ...{ memoryPerParticipant: null, bitsDownPerParticipant: null, bitsUpPerParticipant: null },
};

/** Result of a search on nodes of four cores, of which each carries 1,000 participants. */
export const capacityOf = (given: Partial<CapacityResult>): CapacityResult => ({
  ...{ schema: 'livekit-swarm/capacity/1', end: 'knee', exitCode: 0, scenario: 'webinar' },
  ...{ unit: 'rooms', perUnit: { participants: 20 }, startedAt: '2026-01-10T10:00:00Z' },
  target: { url: null, serverVersion: '1.13.5', nodes: 1, nodeCores: 4 },
  ...{ limits: [], carried: 50, decided: true, exceeded: 51, knee: null },
  participants: { total: 1_000, perNode: 1_000 },
  ...{ cause: null, points: [], steps: [], costs: NOT_MEASURED, sizing: [], model: null },
  error: null,
  ...given,
});
