import type { Threshold } from '@grafana/grafana-foundation-sdk/dashboard';

/** What a panel colours: green up to `warn`, amber up to `bad`, red beyond. In the panel's own unit. */
export interface Limits {
  warn?: number;
  bad: number;
  /** Where small figures are the bad ones: scores, nodes that are left. */
  lowIsBad?: true;
}

export const GREEN = 'green';
export const AMBER = 'orange';
export const RED = 'red';
export type Colour = typeof GREEN | typeof AMBER | typeof RED;

/** As Grafana has them: ascending, the first one from minus infinity. */
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
