/** How fast time goes for the rules. */
import { ALERTS } from '../../../src/alerts/index.ts';
import { durationMs } from '../scale-rules.ts';

export interface Pace {
  /** Every duration of the shipped rules is divided by this … */
  scale: number;
  /** … and by this where they wait or look back for hours. */
  slowScale: number;
  /** Of scrapes and of evaluations. */
  intervalSeconds: number;
  /** Between test calls. */
  probeInterval: string;
}

/**
 * Rules that wait for a quarter of an hour and more, and the recordings that only they ask for. They count joins and nodes, which the server tells
 * at once, where the others need the windows of minutes that its reports, one in five seconds, fill.
 */
const SLOW: ReadonlySet<string> = new Set([
  ...ALERTS.filter((alert) => durationMs(alert.for) >= durationMs('15m')).map(({ name }) => name),
  ...['30m', '2h', '6h', '1d', '3d'].flatMap((window) => [
    `job:livekit_joins_begun:increase${window}`,
    `job:livekit_joins_failed:increase${window}`,
    `job:livekit_join_errors:ratio_rate${window}`,
  ]),
]);

/** @param scale 1: the rules as they are shipped */
export const paceOf = (scale: number): Pace => ({
  scale,
  slowScale: scale === 1 ? 1 : scale * 16,
  intervalSeconds: scale < 10 ? 5 : 1,
  probeInterval: scale < 10 ? '15s' : '5s',
});

export const factorAt =
  ({ scale, slowScale }: Pace) =>
  (rule: string): number =>
    SLOW.has(rule) ? slowScale : scale;
