import { Option } from 'commander';
import { repeatable } from './repeatable.ts';

/** Flags that decide the verdict of a run. */
export interface VerdictFlags {
  threshold: string[];
  baseline?: string;
  tolerance: string[];
  tolerateLost?: string;
}

export const verdictFlags = (): Option[] => [
  thresholdFlag(),
  new Option(
    '--baseline <record>',
    'compare with this record (or folder of runs); fail on a regression',
  ),
  toleranceFlag(),
  new Option(
    '--tolerate-lost <share>',
    'participants that may be lost with their process or host: 1%, 50 (default: none)',
  ),
];

export const thresholdFlag = (): Option =>
  repeatable(
    '--threshold <expression>',
    "threshold that replaces the default (may be repeated): 'jitter: p(95)<30'",
  );

/** Flag for the accepted changes of a comparison. */
export const toleranceFlag = (): Option =>
  repeatable(
    '--tolerance <share>',
    'accepted change of a metric: 10%, join_time=20%, jitter=1ms (may be repeated; default: 10%)',
  );
