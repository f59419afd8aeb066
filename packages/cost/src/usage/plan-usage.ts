import { type Level, type Plan, planLoad } from '@livekit-swarm/scenario';
import { formatDuration } from '@livekit-swarm/settings';
import { gigabytes, HOUR_MS, HOURS_PER_MONTH, MINUTE_MS, type Usage } from './usage.ts';

/** Average rates of one participant, bit/s and packets/s. */
export interface ParticipantRates {
  bitsUp: number;
  bitsDown: number;
  /** Packets in both directions, per second. */
  packets: number;
}

/** Number of times that a plan runs in a month without pauses. */
export const aroundTheClock = ({ endAtMs }: Pick<Plan, 'endAtMs'>): number =>
  (HOURS_PER_MONTH * HOUR_MS) / Math.max(1, endAtMs);

/**
 * Usage of a month in which a plan runs `perMonth` times.
 * @param roundMinutes unit to which each connection is rounded up, minutes
 */
export const usageOfPlan = (
  plan: Pick<Plan, 'participants' | 'endAtMs'>,
  perMonth: number,
  roundMinutes: number,
): Usage => {
  const load = planLoad(plan);
  const { endAtMs } = plan;
  const mean = load.mean(0, endAtMs);
  return {
    participantMinutes: perMonth * minutesOf(plan, (minutes) => minutes),
    billedMinutes:
      perMonth * minutesOf(plan, (minutes) => Math.ceil(minutes / roundMinutes) * roundMinutes),
    gbUp: perMonth * gigabytes(mean.bitsUp, endAtMs),
    gbDown: perMonth * gigabytes(mean.bitsDown, endAtMs),
    recordedGb: 0,
    hlsGb: 0,
    hours: Array.from({ length: Math.ceil(endAtMs / HOUR_MS) }, (_, hour) => {
      const [fromMs, toMs] = [hour * HOUR_MS, Math.min(endAtMs, (hour + 1) * HOUR_MS)];
      return {
        label: fromMs === 0 ? '0s' : formatDuration(fromMs),
        hoursPerMonth: (perMonth * (toMs - fromMs)) / HOUR_MS,
        ...loadOf(load.most(fromMs, toMs)),
      };
    }),
  };
};

export const participantRates = (
  plan: Pick<Plan, 'participants' | 'endAtMs'>,
): ParticipantRates => {
  const mean = planLoad(plan).mean(0, plan.endAtMs);
  const share = (value: number): number =>
    mean.participants === 0 ? 0 : value / mean.participants;
  return {
    bitsUp: share(mean.bitsUp),
    bitsDown: share(mean.bitsDown),
    packets: share(mean.packetsUp + mean.packetsDown),
  };
};

const loadOf = ({ participants, packetsUp, packetsDown, bitsUp, bitsDown }: Level) => ({
  participants,
  packets: packetsUp + packetsDown,
  bits: bitsUp + bitsDown,
});

const minutesOf = (
  { participants }: Pick<Plan, 'participants'>,
  count: (minutes: number) => number,
): number =>
  participants.reduce(
    (sum, { joinAtMs, leaveAtMs }) => sum + count((leaveAtMs - joinAtMs) / MINUTE_MS),
    0,
  );
