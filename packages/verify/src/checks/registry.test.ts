import type { ReportedNode } from '@livekit-swarm/livekit';
import { expect, it } from 'vitest';
import { NOW, outcomeOf } from '../../test/support/check-facts.ts';
import { registryRule } from './registry.ts';

it('registry: a node that Redis does not know, and one that does not report', () => {
  const entry = (id: string, ageSeconds: number): ReportedNode => ({
    ...{ id, state: 'serving', updatedAt: NOW / 1_000 - ageSeconds, ip: '10.0.0.1' },
    stats: {
      ...{ cpuCores: 0, memoryBytes: 0, rooms: 0, clients: 0, tracksIn: 0, tracksOut: 0 },
      ...{ bytesIn: 0, bytesOut: 0, packetsIn: 0, packetsOut: 0, sysPacketsDropped: 0 },
    },
  });
  const judge = (registered: ReportedNode[], reached: string[]) =>
    outcomeOf(registryRule({ registered, reached, nowMs: NOW }));
  expect(judge([entry('ND_a', 1)], ['ND_a'])).toBe('passed');
  expect(judge([entry('ND_a', 1)], ['ND_b'])).toBe('error');
  expect(judge([entry('ND_a', 1), entry('ND_b', 300)], ['ND_a'])).toBe('warning');
});
