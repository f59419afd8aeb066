import type { DrillEvent, RecordLine } from '@livekit-swarm/record';
import { Registry } from 'prom-client';
import { describe, expect, it } from 'vitest';
import { createFaultGauge } from './fault-gauge.ts';

const header = { type: 'header', scenario: { name: 'kill-room-node' } } as RecordLine;
const drill = (event: DrillEvent): RecordLine => ({ type: 'drill', at: 1, ...event });
const fault = (id: string, ...components: string[]): RecordLine =>
  drill({
    event: 'fault_injected',
    id,
    fault: 'kill',
    target: { role: 'room-node' },
    params: {},
    components,
    rooms: [],
    completedAt: 2,
  });
const end: RecordLine = { type: 'end', at: 9, reason: 'completed' };

const shown = async (...lines: RecordLine[]): Promise<string[]> => {
  const registry = new Registry();
  const add = createFaultGauge(registry).begin();
  for (const line of lines) add(line);
  const text = await registry.metrics();
  return text.split('\n').filter((line) => line.startsWith('livekit_swarm_chaos_fault_active{'));
};

describe('faults of a drill', () => {
  it('are absent before one is injected', async () => expect(await shown(header)).toEqual([]));

  it('are 1 for each affected component while they are injected', async () =>
    expect(await shown(header, fault('a', 'node-1', 'node-2'))).toEqual([
      'livekit_swarm_chaos_fault_active{drill="kill-room-node",fault="kill",target="node-1"} 1',
      'livekit_swarm_chaos_fault_active{drill="kill-room-node",fault="kill",target="node-2"} 1',
    ]));

  it('are 0 after their rollback', async () =>
    expect(
      await shown(
        header,
        fault('a', 'node-1'),
        drill({ event: 'fault_rolled_back', id: 'a', fault: 'kill', completedAt: 5 }),
      ),
    ).toEqual([
      'livekit_swarm_chaos_fault_active{drill="kill-room-node",fault="kill",target="node-1"} 0',
    ]));

  it('are 0 after the drill, even without a recorded rollback', async () =>
    expect(await shown(header, fault('a', 'node-1'), end)).toEqual([
      'livekit_swarm_chaos_fault_active{drill="kill-room-node",fault="kill",target="node-1"} 0',
    ]));
});
