import {
  type Tolerance,
  toleranceToDetect,
  variationsFound,
  type WantedChange,
} from '@livekit-swarm/analysis/compare';
import { metricDefinition } from '@livekit-swarm/metrics';
import { formatNumber, usageError } from '@livekit-swarm/settings';
import { readMetric, readShare } from '../compare/parse-tolerance.ts';

const HINT = 'write a metric and the difference that has to be found: media_latency=5%';
const SMALLEST = 0.01;
const LARGEST = 1;

/**
 * Reads `--detect`: `media_latency=5%`.
 * @param tolerance that of `--tolerance`, which names none of these metrics
 * @returns the changes, and a tolerance with which they can be found
 * @throws SwarmError `usage`
 */
export const readWantedChanges = (
  texts: readonly string[],
  tolerance: Tolerance,
): { wanted: WantedChange[]; tolerance: Tolerance } => {
  const wanted = texts.map((text) => readOne(text, tolerance));
  const metrics = { ...tolerance.metrics };
  for (const change of wanted) {
    if (wanted.some((other) => other !== change && other.metric === change.metric))
      throw usageError(`--detect: ${change.metric} is given twice`, 'leave one of them out');
    metrics[change.metric] = toleranceToDetect(change);
  }
  return { wanted, tolerance: { ...tolerance, metrics } };
};

const readOne = (text: string, { metrics }: Tolerance): WantedChange => {
  const where = `--detect ${text}`;
  const [name = '', value] = text.split('=', 2);
  if (value === undefined) throw usageError(`${where}: no difference is named`, HINT);
  const metric = readMetric(name.trim(), where);
  if (metricDefinition(metric).better === 'neither')
    throw usageError(
      `${where}: neither more nor less of ${metric} is better, so it is not compared`,
      'name another metric',
    );
  if (metrics[metric] !== undefined)
    throw usageError(
      `${where}: --tolerance ${metric}=… is given as well, and the difference to find decides the tolerance`,
      'leave one of them out',
    );
  const share = readShare(value, where, HINT);
  if (share < SMALLEST || share > LARGEST)
    throw usageError(
      `${where}: must be from ${SMALLEST * 100} % to ${LARGEST * 100} %`,
      'six rounds find larger differences without --detect',
    );
  return { metric, share };
};

/** Sentence on the numbers of rounds that find a change, before there are any. */
export const describeWantedChange = ({ metric, share }: WantedChange): string => {
  const rounds = variationsFound(share).map(
    ({ rounds, variation }) => `${rounds} rounds up to ${percent(variation)}`,
  );
  return `a difference of ${percent(share)} in ${metric}: how many rounds find it depends on its variation from round to round: ${rounds.join(', ')}`;
};

const percent = (share: number): string =>
  `${formatNumber(Number((share * 100).toPrecision(2)))} %`;
