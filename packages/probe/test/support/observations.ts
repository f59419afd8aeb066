import type { TrackResult } from '@livekit-swarm/record';
import { trackOf } from '@livekit-swarm/testkit/record-of';
import { type ModuleOptions, moduleOf } from '../../src/module.ts';
import {
  absent,
  identityOf,
  noAgent,
  type Observation,
  type SideObservation,
} from '../../src/observation.ts';

/** Track of a successful probe, with the given differences. */
export const track = (given: Partial<TrackResult> & Pick<TrackResult, 'direction'>): TrackResult =>
  trackOf({
    kind: 'audio',
    packets: 150,
    bytes: 12_000,
    jitterMs: 1,
    rttMs: 2,
    latencyP50Ms: 3,
    latencyP95Ms: 4,
    latencyMaxMs: 5,
    ...given,
    codec: given.codec ?? 'opus',
  });

export const sideIn = (
  other: 'a' | 'b',
  given: Partial<SideObservation> = {},
): SideObservation => ({
  ...absent(),
  phases: { started: 0, signal: 10, ice: 20, dtls: 30, joined: 40 },
  firstMediaMs: 120,
  node: 'ND_one',
  others: [identityOf(other)],
  tracks: [track({ direction: 'up' }), track({ direction: 'down', publisher: identityOf(other) })],
  ...given,
});

export const observation = (
  module: string,
  options: ModuleOptions = {},
  given: Partial<Omit<Observation, 'sides'>> & {
    a?: Partial<SideObservation>;
    b?: Partial<SideObservation>;
  } = {},
): Observation => {
  const { a, b, ...rest } = given;
  return {
    module: moduleOf(module, options).module,
    sides: { a: sideIn('b', a), b: sideIn('a', b) },
    agent: module === 'agent_call' ? noAgent() : null,
    room: null,
    internal: null,
    outOfTime: false,
    measuredMs: 3_000,
    wantedNode: null,
    tookMs: 3_400,
    ...rest,
  };
};
