/** Settings and choices of random drills, for tests. */
import type { FaultChoice } from '../../src/random/fault-choices.ts';
import type { RandomSettings } from '../../src/random/random-drill.ts';
import type { DrawnLine } from '../../src/random/random-line.ts';

const NODES = ['node-1', 'node-2', 'node-3'].map((component) => ({ component }));

export const CHOICES: FaultChoice[] = [
  { fault: 'kill', targets: NODES, params: [{}], needsDuration: true },
  { fault: 'hang', targets: [...NODES, { component: 'redis' }], params: [{}], needsDuration: true },
  { fault: 'restart', targets: NODES, params: [{}, { down: '5s' }], needsDuration: false },
  {
    fault: 'packet-loss',
    targets: NODES,
    params: [{ loss: '20%' }, { loss: '100%', direction: 'in' }],
    needsDuration: true,
  },
];

export const randomSettings = (changes: Partial<RandomSettings> = {}): RandomSettings => ({
  seed: 7,
  spanS: 30,
  intensity: 10,
  atOnce: 2,
  recoveryS: 40,
  nodes: 3,
  load: { rooms: 3, participants: 3, reconnectPolicy: 'app', scenario: null },
  hasAbort: false,
  ...changes,
});

export const drawnLine = (changes: Partial<DrawnLine> = {}): DrawnLine => ({
  schema: 'livekit-swarm/random-line/1',
  type: 'drill',
  number: 1,
  durationMs: 95_000,
  drill: 'random-7-1',
  startedAt: '2026-11-26T06:00:00.000Z',
  swarm: { version: '0.1.0', commit: 'unknown' },
  serverVersion: '1.13.5',
  host: { name: 'host', cores: 2 },
  faults: [{ fault: 'hang', target: 'node-1', atS: 0, forS: 10 }],
  outcome: 'held',
  violations: [],
  isKnown: false,
  isHostBusy: false,
  reasons: [],
  message: '',
  record: 'records/random/2026-11-26T06-00-00/random-7-1-06-00-00',
  ...changes,
});
