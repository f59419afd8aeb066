/** Ways in which a drill fails, by the objective that is missed: the same words in its file, its results and its metrics. */
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
