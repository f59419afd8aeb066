/** Drills for tests, with defaults for parts that a test does not depend on. */
import { PLAIN_REDIS } from '@livekit-swarm/lab';
import type { Drill, DrillFault } from '../../src/drill/drill.ts';

export const drillOf = (changes: Partial<Drill> = {}): Drill => ({
  name: 'test',
  description: null,
  tags: {},
  seed: 1,
  lab: {
    nodes: 3,
    sites: 1,
    spare: 0,
    tls: false,
    dnsTtlMs: null,
    agentWorkers: null,
    redis: PLAIN_REDIS,
    config: {},
    alerts: false,
  },
  load: {
    rooms: 3,
    participants: 4,
    publish: ['audio'],
    joinRate: 10,
    reconnectPolicy: 'app',
    path: 'direct',
  },
  steadyState: { withinMs: 15_000, forMs: 10_000, atMs: null },
  faults: [faultOf()],
  recoveryMs: 30_000,
  joinProbes: null,
  continuity: null,
  objectives: {
    timeToRecoverP50Ms: null,
    timeToRecoverP95Ms: null,
    timeToRecoverMaxMs: null,
    subscriptionsNotRecovered: 0,
    roomsWithoutMedia: 0,
    splitBrain: 0,
    controlGroupInterruptionMs: 0,
    joinProbesConnected: null,
    joinProbesWithoutMedia: null,
    ghostRooms: null,
    disconnected: null,
    invariantViolations: null,
    rtoMs: null,
    rpoMs: null,
    stateLost: null,
    agentSilenceMaxMs: null,
    conversationsLost: null,
    roles: [],
    alertsWithinMs: {},
  },
  thresholds: [],
  repeats: 1,
  abort: null,
  blastRadius: { maxComponents: 1, maxShare: 0.5 },
  allowedTargets: [],
  knownFailures: null,
  ...changes,
});

/** A drill with join probes and two faults, of which one lasts to the end. */
export const drillWithTwoFaults = (): Drill =>
  drillOf({
    faults: [
      faultOf({ fault: 'kill', durationMs: null }),
      faultOf({
        fault: 'redis-kill',
        target: { role: 'redis' },
        atMs: 5_000,
        durationMs: 10_000,
      }),
    ],
    joinProbes: { everyMs: 2_000, sessionMs: 4_000 },
  });

export const faultOf = (changes: Partial<DrillFault> = {}): DrillFault => ({
  fault: 'kill',
  target: { role: 'room-node' },
  atMs: 0,
  durationMs: 10_000,
  params: {},
  ...changes,
});
