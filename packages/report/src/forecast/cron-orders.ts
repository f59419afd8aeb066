/** Orders of a timetable as times of cron, which knows whole minutes and no years. */
import { DAY_MS, modulo, type NodeForecast, WEEK_MS } from '@livekit-swarm/chaos/scale';

/** Nodes from one time of cron to another, in each cycle of the clock. */
interface CronOrder {
  start: string;
  end: string;
  nodes: number;
}

const MINUTE_MS = 60_000;
const DAY = DAY_MS / MINUTE_MS;
/** Time after which the times of cron are the same again, min. A timetable of dates is shorter. */
const CYCLE = { day: DAY, week: WEEK_MS / MINUTE_MS, date: null } as const;

/**
 * Nodes that run at all times, and orders for the times that need more. Each minute has the most
 * nodes of its seconds. Nodes that are needed for a whole cycle are not ordered: the start would be
 * the end, which KEDA rejects with the whole object.
 */
export const cronOrders = ({
  running,
  rules,
  curve: { clock },
}: NodeForecast): { min: number; orders: CronOrder[] } => {
  const cycle = CYCLE[clock];
  const levels = new Map<number, number>();
  for (const { fromAt, toAt, nodes } of running)
    for (let at = Math.floor(fromAt / MINUTE_MS); at < Math.ceil(toAt / MINUTE_MS); at++) {
      const minute = cycle === null ? at : modulo(at, cycle);
      levels.set(minute, Math.max(levels.get(minute) ?? rules.min, nodes));
    }
  const isWhole = cycle !== null && levels.size === cycle;
  const min = isWhole ? Math.min(...levels.values()) : rules.min;
  const levelAt = (minute: number): number =>
    levels.get(cycle === null ? minute : modulo(minute, cycle)) ?? min;
  return {
    min,
    orders: [...levels]
      .filter(([minute, nodes]) => nodes > min && levelAt(minute - 1) !== nodes)
      .sort(([one], [other]) => one - other)
      .map(([from, nodes]) => {
        let to = from + 1;
        while (levelAt(to) === nodes) to += 1;
        return { start: cronOf(from, clock), end: cronOf(to, clock), nodes };
      }),
  };
};

/** `55 7 * * *`: minute, hour, day of the month, month, day of the week of a time in minutes. */
const cronOf = (minutes: number, clock: keyof typeof CYCLE): string => {
  const time = `${modulo(minutes, 60)} ${modulo(Math.floor(minutes / 60), 24)}`;
  if (clock === 'day') return `${time} * * *`;
  if (clock === 'date') {
    const date = new Date(minutes * MINUTE_MS);
    return `${time} ${date.getUTCDate()} ${date.getUTCMonth() + 1} *`;
  }
  // The week of a timetable begins on Monday, that of cron on Sunday.
  return `${time} * * ${(Math.floor(modulo(minutes, CYCLE.week) / DAY) + 1) % 7}`;
};
