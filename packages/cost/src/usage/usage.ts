/** What a load uses in a month, and how much of it there is at which hour. GB is 1,000 MB. */
export interface Usage {
  participantMinutes: number;
  /** As LiveKit Cloud counts them: each connection rounded up to whole minutes. */
  billedMinutes: number;
  /** From participants, headers of IP and UDP included. */
  gbUp: number;
  /** To participants. */
  gbDown: number;
  /** Of recordings that are kept, on average over the month. */
  recordedGb: number;
  /** The load over the month, hour by hour. In the rest of the month there is none. */
  hours: readonly HourLoad[];
}

export interface HourLoad {
  /** `Mon 08`, or the time in the run. */
  label: string;
  hoursPerMonth: number;
  /** At the same time. */
  participants: number;
  /** Both directions, per second. */
  packets: number;
  /** Both directions, per second. */
  bits: number;
}

export const HOURS_PER_MONTH = 730;
const WEEK_HOURS = 168;
/** How often each hour of the week comes in a month. */
export const WEEKS_PER_MONTH = HOURS_PER_MONTH / WEEK_HOURS;
export const GB = 1e9;
export const MINUTE_MS = 60_000;
export const HOUR_MS = 3_600_000;

/** GB that a bit rate makes in a time. */
export const gigabytes = (bitsPerSecond: number, ms: number): number =>
  (bitsPerSecond * ms) / 1_000 / 8 / GB;

/** The same load, `times` as much of everything. */
export const scaleUsage = (usage: Usage, times: number): Usage => ({
  participantMinutes: usage.participantMinutes * times,
  billedMinutes: usage.billedMinutes * times,
  gbUp: usage.gbUp * times,
  gbDown: usage.gbDown * times,
  recordedGb: usage.recordedGb * times,
  hours: usage.hours.map((hour) => ({
    ...hour,
    participants: hour.participants * times,
    packets: hour.packets * times,
    bits: hour.bits * times,
  })),
});
