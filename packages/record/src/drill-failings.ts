/** The objectives that a drill can miss, as its file, its results and its metrics name them. */
export const DRILL_FAILINGS = [
  'rto',
  'never-recovered',
  'rooms-lost',
  'split-brain',
  'control-rooms',
  'newcomers',
  'ghosts',
  'disconnected',
  'alerts',
  'thresholds',
] as const;

export type DrillFailing = (typeof DRILL_FAILINGS)[number];
