import { identifyProcess } from '@livekit-swarm/host';
import { describe, expect, it } from 'vitest';
import { injectionOf, stateOf } from './scan-for-orphans.ts';

const component = (instance: string) => ({
  ...({ name: 'node-1', kind: 'node', nodeId: null, ports: null } as const),
  instance,
});
const gone = { pid: 1, startedAt: null, bootId: 'another-boot' };
const pending = [
  { id: 'abcd1234', owner: gone, components: [component('4711:99')] },
  { id: 'efgh5678', owner: gone, components: [component('cafe01:2026-11-25T12:00:00Z')] },
];

describe('a stopped process or paused container', () => {
  it.each([
    ['4711:99', 'abcd1234'],
    ['cafe01', 'efgh5678'],
    // Another process has the PID by now.
    ['4711:100', null],
    [null, null],
  ])('%s belongs to the fault %s of the journal', (instance, injection) =>
    expect(injectionOf({ instance }, pending)).toBe(injection),
  );

  it('that no journal holds is not taken for one that a fault left', () => {
    for (const kind of ['stopped_process', 'paused_container'] as const) {
      expect(stateOf({ kind, injection: null }, pending)).toBe('uncertain');
      expect(stateOf({ kind, injection: 'abcd1234' }, pending)).toBe('left');
    }
    expect(stateOf({ kind: 'nft_table', injection: 'zzzz0000' }, pending)).toBe('left');
    const owner = identifyProcess(process.pid);
    if (owner === null) throw new Error('this process is not known');
    const running = [{ id: 'abcd1234', owner }];
    expect(stateOf({ kind: 'stopped_process', injection: 'abcd1234' }, running)).toBe('expected');
  });
});
