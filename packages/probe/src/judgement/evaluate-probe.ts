import type { TrackResult } from '@livekit-swarm/record';
import {
  identityOf,
  type Observation,
  otherOf,
  SIDES,
  type Side,
  sidesOf,
} from '../observation.ts';
import type { FailedProbe } from './failed-probe.ts';
import { failuresOf } from './probe-failures.ts';
import {
  type DataFigures,
  dataFigures,
  figuresOf,
  highest,
  type MediaFigures,
  sumBoth,
} from './probe-figures.ts';

export interface ProbeResult {
  success: boolean;
  /** Failures, the most basic one first; empty if and only if the probe succeeded. */
  failures: readonly FailedProbe[];
  observation: Observation;
  /**
   * Reception by each side: true if it received everything that the other side sends; null if the
   * module sends nothing, or calls an agent.
   */
  received: Readonly<Record<Side, boolean>> | null;
  media: readonly MediaFigures[];
  rttMs: number | null;
  nacks: { up: number; down: number };
  plis: { up: number; down: number };
  /**
   * Figures of data messages; null if the module sends no data, or not both participants joined.
   */
  data: DataFigures | null;
}

/**
 * Least mean size of an audio packet that carries sound, bytes. Opus at 32 kbit/s has 80 bytes per
 * packet during speech; silence (DTX, or the packets that the server sends for a muted track) has
 * three at most. Audio levels (RFC 6464) would be more direct, but livekit-server does not forward
 * them.
 */
const ENERGY_BYTES = 20;
/** Least number of packets that proves that media flows. */
const PROOF_PACKETS = 10;

/** Evaluate the observation of a probe. */
export const evaluateProbe = (observation: Observation): ProbeResult => {
  const { module, sides } = observation;
  const bothJoined = sidesOf(module).every((side) => sides[side].phases !== null);
  const tracks = SIDES.flatMap((side) => sides[side].tracks);
  const kinds = [...new Set(module.publish.map(({ kind }) => kind))];
  const sends = (kinds.length > 0 || module.data !== null) && module.agentCall === null;
  const received = sends
    ? { a: receivesAll(observation, 'a'), b: receivesAll(observation, 'b') }
    : null;
  const media = bothJoined ? kinds.map((kind) => figuresOf(kind, tracks)) : [];
  const data = module.data === null || !bothJoined ? null : dataFigures(sides);
  const failures = failuresOf(observation, { bothJoined, received, media, data });
  return {
    success: failures.length === 0,
    failures,
    observation,
    received,
    media,
    rttMs: highest(tracks.map(({ rttMs }) => rttMs)),
    nacks: sumBoth(tracks, 'nacks'),
    plis: sumBoth(tracks, 'plis'),
    data,
  };
};

/**
 * Check whether a side received all media of the other side in a form that a user could hear or
 * see.
 */
const receivesAll = ({ module, sides }: Observation, side: Side): boolean => {
  const from = identityOf(otherOf(side));
  const received = sides[side].tracks.filter(({ direction }) => direction === 'down');
  const media = module.publish.every(({ kind }) =>
    received.some(
      (track) =>
        track.publisher === from &&
        track.kind === kind &&
        (kind === 'audio' ? hasEnergy(track) : hasPicture(track)),
    ),
  );
  return (
    media &&
    (module.data === null || received.some(({ kind, packets }) => kind === 'data' && packets > 0))
  );
};

const hasEnergy = ({ packets, bytes }: TrackResult): boolean =>
  packets >= PROOF_PACKETS && bytes / packets >= ENERGY_BYTES;

/**
 * Check whether video can be decoded. Its size is known from the first keyframe, before which no
 * decoder can start.
 */
const hasPicture = ({ packets, width, height }: TrackResult): boolean =>
  packets >= PROOF_PACKETS && width > 0 && height > 0;
