import { type LoadCurve, readCurveCsv } from '@livekit-swarm/chaos/scale';
import { participantsByHour, readTimetable } from '@livekit-swarm/cost';
import { usageError } from '@livekit-swarm/settings';
import { readFileText } from '../file-text.ts';

const HOUR_MS = 3_600_000;

/**
 * Reads the load over time of a timetable: CSV, or the YAML of `swarm cost`.
 * @throws SwarmError `invalid_file`, `usage`
 */
export const readCurve = (path: string): { name: string; curve: LoadCurve } => {
  const text = readFileText(path, 'give a timetable: CSV, or the YAML of swarm cost');
  if (!/\.ya?ml$/.test(path)) return { name: path, curve: readCurveCsv(text, path) };
  const { timetable, week } = readTimetable(text, path);
  if (week === undefined)
    throw usageError(
      `${path} has the minutes of a month, and not when they are`,
      'write week: [{ days: [mon, tue], hours: { 8-12: 600 } }], or a CSV file',
    );
  const counts = participantsByHour(week);
  if (counts.every((count) => count === 0)) throw usageError(`${path} has no participants`);
  return { name: timetable, curve: curveOfWeek(counts) };
};

/** Each hour has two points: the load jumps from hour to hour. */
const curveOfWeek = (counts: readonly number[]): LoadCurve => {
  const points = counts.flatMap((load, hour) => [
    { at: hour * HOUR_MS, load },
    { at: (hour + 1) * HOUR_MS, load },
  ]);
  const [first, second, ...others] = points;
  if (first === undefined || second === undefined) throw new RangeError('a week without hours');
  return {
    ...{ unit: 'participants', clock: 'week', repeats: true },
    points: [first, second, ...others],
  };
};
