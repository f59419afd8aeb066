import { invalidFile, type Problem, plural } from '@livekit-swarm/settings';
import { type CurveClock, DAY_MS, type LoadCurve, type LoadPoint, WEEKDAYS } from './load-curve.ts';

const UNITS = ['participants', 'rooms'] as const;
const HINT = 'write time,participants in the first line, and below it 09:55,0 and 10:00,1200';
const TIME_HINT = 'write 10:00, mon 10:00 or 2026-12-01 10:00, without a time zone';
const MOST = 10_000_000;
/** Longest timetable, days. */
const MOST_DAYS = 35;

/**
 * Reads a timetable in CSV: lines of a time and a number, below a head that names the unit. Between
 * two lines, the load changes evenly.
 * @throws SwarmError `invalid_file` with every problem
 */
export const readCurveCsv = (text: string, file: string): LoadCurve => {
  const problems: Problem[] = [];
  const report = (line: number | null, message: string, hint: string | null = null): void => {
    const at = line === null ? { line, column: null } : { line, column: 1 };
    problems.push({ code: 'invalid_value', file, ...at, path: '', message, hint });
  };
  const [head, ...rows] = linesOf(text);
  const unit = UNITS.find((name) => head?.cells[1]?.toLowerCase() === name);
  if (head === undefined) report(null, 'is empty', HINT);
  else if (unit === undefined || head.cells.length !== 2 || head.cells[0]?.toLowerCase() !== 'time')
    report(head.line, 'the first line must be time,participants or time,rooms', HINT);
  let clock: CurveClock | null = null;
  const points: LoadPoint[] = [];
  for (const { line, cells } of rows) {
    const [when = '', count = ''] = cells;
    if (cells.length !== 2) {
      report(line, `has ${plural(cells.length, 'value')} instead of 2`, 'write 10:00,1200');
      continue;
    }
    const time = readTime(when);
    const load = /^\d+$/.test(count) ? Number(count) : Number.NaN;
    if (time === null) report(line, `"${when}" is not a time`, TIME_HINT);
    if (!(load <= MOST)) report(line, `"${count}" is not a whole number from 0 to ${MOST}`);
    if (time === null || !(load <= MOST)) continue;
    clock ??= time.clock;
    if (time.clock !== clock)
      report(line, `"${when}" is not written as the times above`, TIME_HINT);
    const last = points.at(-1);
    if (last !== undefined && time.clock === clock && time.at < last.at)
      report(line, `"${when}" is before the line above`, 'sort the lines by time');
    if (last?.at === time.at && points.at(-2)?.at === time.at)
      report(
        line,
        `"${when}" has more than two lines`,
        'two are a jump: the load before and after',
      );
    points.push({ at: time.at, load });
  }
  const [first, second, ...others] = points;
  if (problems.length === 0) checkPoints(points, report);
  if (problems.length > 0) throw invalidFile(problems);
  if (unit === undefined || clock === null || first === undefined || second === undefined)
    throw new RangeError('a timetable without problems has a unit and two points');
  return { unit, clock, points: [first, second, ...others], repeats: false };
};

const checkPoints = (
  points: readonly LoadPoint[],
  report: (line: null, message: string, hint?: string) => void,
): void => {
  const [first, last] = [points[0], points.at(-1)];
  if (first === undefined || last === undefined || last.at === first.at)
    report(null, 'has no two times', HINT);
  else if (last.at - first.at > MOST_DAYS * DAY_MS)
    report(null, `is longer than ${MOST_DAYS} days`, 'forecast it in parts');
  else if (points.every(({ load }) => load === 0)) report(null, 'has no load at any time');
};

/** Lines with their numbers and cells; without empty lines and comments. */
const linesOf = (text: string): { line: number; cells: string[] }[] =>
  text
    .replace(/^\uFEFF/, '')
    .split(/\r?\n/)
    .map((whole, index) => ({
      line: index + 1,
      cells: whole.split(/[,;\t]/).map((cell) => cell.trim().replace(/^"(.*)"$/, '$1')),
    }))
    .filter(({ cells: [first = '', ...others] }) => {
      const isEmpty = first === '' && others.every((cell) => cell === '');
      return !isEmpty && !first.startsWith('#');
    });

const TIME = /^(?:(\d{4}-\d{2}-\d{2})[T ]|([a-z]{3}) )?(\d{1,2}):(\d{2})(?::(\d{2}))?$/i;

/** @returns null: not a time */
const readTime = (text: string): { clock: CurveClock; at: number } | null => {
  const [, date, day, hours = '', minutes = '', seconds = '0'] = TIME.exec(text) ?? [];
  const [hour, minute, second] = [Number(hours), Number(minutes), Number(seconds)];
  const inDay = ((hour * 60 + minute) * 60 + second) * 1_000;
  // The end of a day is 24:00.
  if (hours === '' || minute > 59 || second > 59 || inDay > DAY_MS) return null;
  if (date !== undefined) {
    const midnight = new Date(`${date}T00:00:00Z`);
    // The constructor accepts 30 February as 2 March.
    const isDate = !Number.isNaN(midnight.getTime()) && midnight.toISOString().startsWith(date);
    return isDate ? { clock: 'date', at: midnight.getTime() + inDay } : null;
  }
  if (day === undefined) return { clock: 'day', at: inDay };
  const index = WEEKDAYS.indexOf(day.toLowerCase());
  return index < 0 ? null : { clock: 'week', at: index * DAY_MS + inDay };
};
