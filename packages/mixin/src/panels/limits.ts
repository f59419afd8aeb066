import type { Threshold } from '@grafana/grafana-foundation-sdk/dashboard';

/**
 * Limits of colours, in the unit of the panel: green below `warn`, amber below `bad`, red from
 * `bad`.
 */
export interface Limits {
  warn?: number;
  bad: number;
  /** Low values are bad, such as scores or remaining nodes. */
  lowIsBad?: true;
}

export const GREEN = 'green';
export const AMBER = 'orange';
export const RED = 'red';
export type Colour = typeof GREEN | typeof AMBER | typeof RED;

/** Converts limits to Grafana's thresholds: ascending, the first step from minus infinity. */
export const thresholdSteps = ({ warn, bad, lowIsBad }: Limits): Threshold[] => {
  if (lowIsBad) {
    return [
      { value: null, color: RED },
      ...(warn === undefined ? [] : [{ value: bad, color: AMBER }]),
      { value: warn ?? bad, color: GREEN },
    ];
  }
  return [
    { value: null, color: GREEN },
    ...(warn === undefined ? [] : [{ value: warn, color: AMBER }]),
    { value: bad, color: RED },
  ];
};
