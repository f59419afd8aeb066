import type { Scenario, TrackPlan } from '@livekit-swarm/scenario';
import type { GeneratorSummary, Summary } from '../summary/summary.ts';

/** How much of the planned load may be missing: a server is not noticeably less loaded then. */
const MISSING_SHARE = 0.01;

/** A data flow that is this late skips messages, as a process that was stopped does (ms). */
const SKIPPED_MS = 1_000;

/**
 * Whether the load that was planned was really sent, within a hundredth: participants, joins on time, packets. Only then can a generator that lacked CPU not
 * have spared the server.
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
 * Whether the plan alone decides how much is sent. Publishers that adapt their rate send less when feedback is late; of video with several layers the server
 * forwards smaller ones when a receiver's feedback is late; real clients do both, and drop frames.
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
