/** Usage of a load in a month, and its levels by hour. GB is 1,000 MB. */
export interface Usage {
  participantMinutes: number;
  /** Minutes as LiveKit Cloud counts them: each connection is rounded up to whole minutes. */
  billedMinutes: number;
  /** Uplink of all participants, headers of IP and UDP included, GB. */
  gbUp: number;
  /** Downlink of all participants, headers of IP and UDP included, GB. */
  gbDown: number;
  /** Size of kept recordings, average over the month, GB. */
  recordedGb: number;
  /** Traffic of listeners of HLS, which a CDN or an origin serves, GB. */
  hlsGb: number;
  /** Load by hour. The rest of the month has none. */
  hours: readonly HourLoad[];
}

export interface HourLoad {
  /** Name of the hour: `Mon 08`, or the time in the run. */
  label: string;
  hoursPerMonth: number;
  /** Number of simultaneous participants. */
  participants: number;
  /** Packets in both directions, per second. */
  packets: number;
  /** Bits in both directions, per second. */
  bits: number;
}

export const HOURS_PER_MONTH = 730;
const WEEK_HOURS = 168;
/** Number of times that each hour of the week occurs in a month. */
export const WEEKS_PER_MONTH = HOURS_PER_MONTH / WEEK_HOURS;
export const GB = 1e9;
export const MINUTE_MS = 60_000;
export const HOUR_MS = 3_600_000;

/** Amount of data of a bit rate over a time, GB. */
export const gigabytes = (bitsPerSecond: number, ms: number): number =>
  (bitsPerSecond * ms) / 1_000 / 8 / GB;

/** Usage of a load `times` as large. */
export const scaleUsage = (usage: Usage, times: number): Usage => ({
  participantMinutes: usage.participantMinutes * times,
  billedMinutes: usage.billedMinutes * times,
  gbUp: usage.gbUp * times,
  gbDown: usage.gbDown * times,
  recordedGb: usage.recordedGb * times,
  hlsGb: usage.hlsGb * times,
  hours: usage.hours.map((hour) => ({
    ...hour,
    participants: hour.participants * times,
    packets: hour.packets * times,
    bits: hour.bits * times,
  })),
});
