import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type CapacityResult, concludeCapacity } from '@livekit-swarm/analysis/capacity';
import { afterAll, expect, it } from 'vitest';
import { readCapacity } from './capacity.ts';

const dir = mkdtempSync(join(tmpdir(), 'swarm-capacity-'));
afterAll(() => rmSync(dir, { recursive: true }));

/** Result of two nodes that carry 125 rooms of three. */
const measured = concludeCapacity({
  ...{ scenario: 'voice', unit: 'rooms', startedAt: '2026-11-23T12:00:00.000Z', limits: [] },
  ...{ error: null, target: { url: null, serverVersion: '1.13.4', nodeCores: 4 }, cpu: null },
  ...{ steps: [], stopped: null },
  searches: [{ end: 'knee', carried: 125, decided: true, exceeded: 140 }],
});
const target = { ...measured.target, nodes: 2 };
const participants = { total: 375, perNode: 187.5 };

const read = (changes: Partial<CapacityResult>) => {
  const file = join(dir, 'capacity.json');
  writeFileSync(file, JSON.stringify({ ...measured, target, participants, ...changes }));
  return readCapacity(file);
};

it('has whole participants of a node, and its rooms where the load was increased by rooms', () => {
  expect(read({})).toEqual({ participants: 187, rooms: 62, scenario: 'voice' });
  expect(read({ unit: 'viewer' })).toEqual({ participants: 187, scenario: 'voice' });
  expect(() => read({ end: 'generator' })).toThrow('has no capacity in it (generator)');
});
