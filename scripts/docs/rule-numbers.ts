import type { Alert } from '@livekit-swarm/mixin';

/** Numbers of the alert rules in the notation of pages. */

const UNIT_SECONDS: Readonly<Record<string, number>> = {
  s: 1,
  m: 60,
  min: 60,
  h: 3_600,
  d: 86_400,
};

/**
 * Reads a duration such as `1m30s`, `1 min 34 s` or `6 h` as seconds.
 * @throws Error for anything else
 */
export const secondsIn = (text: string): number => {
  const parts = [...text.matchAll(/([\d.]+)\s*(min|s|m|h|d)(?![a-z])/g)];
  if (parts.length === 0) throw new Error(`not a duration: ${text}`);
  return parts.reduce(
    (sum, [, number, unit = '']) => sum + Number(number) * (UNIT_SECONDS[unit] ?? 0),
    0,
  );
};

/** Shortest `for` of these alerts, s. */
export const shortestFor = (alerts: readonly Alert[]): number =>
  Math.min(...alerts.map((alert) => secondsIn(alert.for)));

/** Percentages with which the conditions of alerts compare: 0.15 → 15. */
export const percentsOf = (alerts: readonly Alert[]): ReadonlySet<number> =>
  new Set(
    alerts.flatMap(({ expr }) =>
      [...expr.matchAll(/[<>]=? (0\.\d+)/g)].map(([, limit]) =>
        Number((100 * Number(limit)).toPrecision(6)),
      ),
    ),
  );

/** Percentages in a text: `14.4 %` → 14.4. */
export const percentsIn = (text: string): number[] =>
  [...text.matchAll(/(\d+(?:\.\d+)?) ?%/g)].map(([, percent]) => Number(percent));
