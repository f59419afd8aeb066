import type { ParticipantRates } from './plan-usage.ts';
import { gigabytes, HOUR_MS, MINUTE_MS, type Usage } from './usage.ts';

/**
 * Usage of a month with one event, whose participants stay from its beginning to its end.
 * @param ms length of the event
 * @param roundMinutes unit to which each connection is rounded up, minutes
 */
export const usageOfEvent = (
  participants: number,
  ms: number,
  { bitsUp, bitsDown, packets }: ParticipantRates,
  roundMinutes: number,
): Usage => {
  const minutes = ms / MINUTE_MS;
  return {
    participantMinutes: participants * minutes,
    billedMinutes: participants * Math.ceil(minutes / roundMinutes) * roundMinutes,
    gbUp: participants * gigabytes(bitsUp, ms),
    gbDown: participants * gigabytes(bitsDown, ms),
    recordedGb: 0,
    hlsGb: 0,
    hours: [
      {
        label: 'event',
        hoursPerMonth: ms / HOUR_MS,
        participants,
        packets: participants * packets,
        bits: participants * (bitsUp + bitsDown),
      },
    ],
  };
};
