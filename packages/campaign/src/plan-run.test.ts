import { scenarioOfLoad } from '@livekit-swarm/testkit/load-spec';
import { ownServerGuard } from '@livekit-swarm/testkit/own-server-guard';
import { expect, test } from 'vitest';
import { type PlannedRun, planRun, type RunRequest } from './plan-run.ts';

const planned = (microsPerPacket: number, more: Partial<RunRequest> = {}): PlannedRun =>
  planRun({
    scenario: scenarioOfLoad({ rooms: 500 }),
    target: { type: 'embedded', server: null },
    ...{ guard: ownServerGuard(), signalling: 'auto', workers: null },
    calibration: { type: 'given', microsPerPacket },
    ...more,
  });

test('a run that exceeds this host has the judgement of swarm plan with it', () => {
  // Its server alone would take 64 cores.
  expect(planned(100).tooLarge).toMatchObject({
    calibration: { source: 'given', microsPerPacket: 100 },
    assessment: { fits: false, short: expect.arrayContaining(['cores']) },
  });
});

test('a run within the capacity of this host has none', () => {
  const scenario = scenarioOfLoad({ rooms: 1, joinRate: 1 });
  expect(planned(0.1, { scenario })).not.toHaveProperty('tooLarge');
});
