/** Time scale of the rules. */
import { ALERTS } from '../../../src/shipped.ts';
import { alertKey } from '../alert-key.ts';
import { durationMs } from '../scale-rules.ts';

export interface Pace {
  /** Divisor of durations of the included rules. */
  scale: number;
  /** Divisor for rules with `for` or ranges of 15 minutes and more. */
  slowScale: number;
  /** Interval of scrapes and evaluations, s. */
  intervalSeconds: number;
  /** Interval of probes: `10s`. */
  probeInterval: string;
  /** Interval of probes by TURN, whose failures are a small share of all joins. */
  turnProbeInterval: string;
}

/**
 * Rules with a `for` of 15 minutes and more, and the recordings that only they use. They count
 * joins and nodes, which the server exports immediately; the other rules need windows with several
 * of its reports (one per five seconds).
 */
const SLOW: ReadonlySet<string> = new Set([
  ...ALERTS.filter((alert) => durationMs(alert.for) >= durationMs('15m')).map(({ name, labels }) =>
    alertKey(name, labels),
  ),
  ...['30m', '2h', '6h', '1d', '3d'].flatMap((window) => [
    `job:livekit_joins_begun:increase${window}`,
    `job:livekit_joins_failed:increase${window}`,
    `job:livekit_join_errors:ratio_rate${window}`,
  ]),
]);

/** @param scale divisor of durations; 1: the original rules */
export const paceOf = (scale: number): Pace => ({
  scale,
  slowScale: scale === 1 ? 1 : scale * 16,
  intervalSeconds: scale < 10 ? 5 : 1,
  probeInterval: scale < 10 ? '15s' : '5s',
  turnProbeInterval: scale < 10 ? '60s' : '8s',
});

export const factorAt =
  ({ scale, slowScale }: Pace) =>
  (rule: string): number =>
    SLOW.has(rule) ? slowScale : scale;
