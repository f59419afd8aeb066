import type { Scenario, TrackPlan } from '@livekit-swarm/scenario';
import type { GeneratorSummary, Summary } from '../summary/summary.ts';

/** Share of the planned load that may be missing without noticeably relieving the server. */
const MISSING_SHARE = 0.01;

/** Lateness from which a data flow skips messages, as a stopped process does, ms. */
const SKIPPED_MS = 1_000;

/**
 * Returns true if the run sent the planned load within a hundredth: participants, joins on time,
 * packets. Otherwise a generator that lacked CPU may have sent too little for the server to be
 * tested.
 */
export const wasLoadSent = ({
  joins,
  lost,
  hosts,
  generator,
  scenario,
}: Pick<Summary, 'joins' | 'lost' | 'hosts' | 'generator' | 'scenario'>): boolean => {
  const { planned, joined, leftEarly, disconnected, unaccounted } = joins;
  const generators = hosts.length === 0 ? [generator] : hosts.map((host) => host.generator);
  return (
    isFixedLoad(scenario) &&
    lost === null &&
    unaccounted === 0 &&
    joined + leftEarly >= (1 - MISSING_SHARE) * planned &&
    disconnected <= MISSING_SHARE * planned &&
    generators.every(sentOnSchedule)
  );
};

const sentOnSchedule = ({
  lateJoins,
  unsentPackets,
  tickLateness,
  pauses,
}: GeneratorSummary): boolean =>
  (lateJoins.share ?? 0) <= MISSING_SHARE &&
  (unsentPackets.share ?? 0) <= MISSING_SHARE &&
  (tickLateness?.max ?? 0) < SKIPPED_MS &&
  pauses === null;

/**
 * Returns true if only the plan determines how much is sent. Otherwise late feedback lowers the
 * load: publishers with rate adaptation send less, the server forwards lower simulcast layers, and
 * real clients do both and drop frames.
 */
const isFixedLoad = ({ groups, witnesses }: Scenario): boolean =>
  witnesses === undefined &&
  groups.every(({ roles }) =>
    roles.every(
      ({ engine, rateAdaptation, publish }) =>
        engine === undefined && rateAdaptation === undefined && !publish.some(hasLayers),
    ),
  );

const hasLayers = (track: TrackPlan): boolean =>
  track.kind === 'video' && (track.simulcast || track.codec === 'vp9' || track.codec === 'av1');
