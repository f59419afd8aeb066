/** Drills for tests, with what nobody cares about filled in. */
import type { Drill, DrillFault } from '../../src/drill/drill.ts';

export const drillOf = (changes: Partial<Drill> = {}): Drill => ({
  name: 'test',
  description: null,
  tags: {},
  seed: 1,
  lab: { nodes: 3, persistentRedis: false, config: {}, alerts: false },
  crowd: { rooms: 3, participants: 4, publish: ['audio'], joinRate: 10, recovery: 'app' },
  steady: { withinMs: 15_000, forMs: 10_000 },
  faults: [faultOf()],
  recoveryMs: 30_000,
  newcomers: null,
  objectives: {
    rtoP50Ms: null,
    rtoP95Ms: null,
    rtoMaxMs: null,
    neverRecovered: 0,
    roomsLost: 0,
    splitBrain: 0,
    controlGapMs: 0,
    newcomersIn: null,
    newcomersBlind: null,
    ghosts: null,
    disconnected: null,
    alertsWithinMs: {},
  },
  thresholds: [],
  repeats: 1,
  abort: null,
  blastRadius: { maxMembers: 1, maxShare: 0.5 },
  allowed: [],
  known: null,
  ...changes,
});

export const faultOf = (changes: Partial<DrillFault> = {}): DrillFault => ({
  fault: 'kill',
  aim: { role: 'room-node' },
  atMs: 0,
  durationMs: 10_000,
  params: {},
  ...changes,
});
