import type { ExecutorSpec, Span, Stage } from '@livekit-swarm/scenario';
import { formatDuration } from '@livekit-swarm/settings';
import { formatNumber, plural } from './format.ts';

/** How many rooms, and for how long. */
interface Described {
  /** `20 rooms`, `5 → 50 → 5 rooms`. */
  rooms: string;
  /** `30s`, `stays of 45s`, …: to be joined by commas. */
  time: string[];
}

/** What an executor does with rooms, as text. */
export const describeExecutor = (executor: ExecutorSpec): Described => {
  switch (executor.type) {
    case 'constant-rooms':
      return { rooms: plural(executor.rooms, 'room'), time: [formatDuration(executor.durationMs)] };
    case 'ramping-rooms':
      return {
        rooms: `${targets(executor.startRooms, executor.stages)} rooms`,
        time: [inStages(executor.stages)],
      };
    case 'constant-arrival-rate':
      return {
        rooms: `${perTime(formatNumber(executor.rate), executor.timeUnitMs)} new rooms`,
        time: [
          ...open(executor.roomDuration, executor.maxRooms),
          formatDuration(executor.durationMs),
        ],
      };
    case 'ramping-arrival-rate':
      return {
        rooms: `${perTime(targets(executor.startRate, executor.stages), executor.timeUnitMs)} new rooms`,
        time: [...open(executor.roomDuration, executor.maxRooms), inStages(executor.stages)],
      };
    case 'per-room-churn':
      return {
        rooms: plural(executor.rooms, 'room'),
        time: [
          `stays of ${span(executor.stay)}`,
          `pauses of ${span(executor.pause)}`,
          formatDuration(executor.durationMs),
        ],
      };
    case 'timetable':
      return {
        rooms: `${[...new Set(executor.lessons.map(({ rooms }) => formatNumber(rooms)))].join(' / ')} rooms`,
        time: [
          plural(executor.lessons.length, 'lesson'),
          formatDuration(
            Math.max(...executor.lessons.map(({ atMs, durationMs }) => atMs + durationMs)),
          ),
        ],
      };
  }
};

/** `5 → 50 → 5`: the start and where each stage ends; steps that change nothing are left out, and of many the middle. */
const targets = (start: number, stages: readonly Stage[]): string => {
  const steps = [start, ...stages.map(({ target }) => target)].filter(
    (value, index, all) => value !== all[index - 1],
  );
  const shown =
    steps.length > MOST_STEPS
      ? [...steps.slice(0, MOST_STEPS - 1), Number.NaN, ...steps.slice(-1)]
      : steps;
  return shown.map((value) => (Number.isNaN(value) ? '…' : formatNumber(value))).join(' → ');
};

const MOST_STEPS = 6;

const inStages = (stages: readonly Stage[]): string =>
  `${plural(stages.length, 'stage')} in ${formatDuration(stages.reduce((sum, { durationMs }) => sum + durationMs, 0))}`;

const UNITS: Record<number, string> = { 1000: 's', 60000: 'min', 3600000: 'h' };

const perTime = (rate: string, timeUnitMs: number): string =>
  `${rate}/${UNITS[timeUnitMs] ?? formatDuration(timeUnitMs)}`;

const open = (roomDuration: Span, maxRooms: number | null): string[] => [
  `open for ${span(roomDuration)}`,
  ...(maxRooms === null ? [] : [`at most ${formatNumber(maxRooms)} at a time`]),
];

const span = (one: Span): string => {
  switch (one.distribution) {
    case 'constant':
      return formatDuration(one.ms);
    case 'uniform':
      return `${formatDuration(one.minMs)} to ${formatDuration(one.maxMs)}`;
    case 'exponential':
      return `${formatDuration(one.meanMs)} on average (exponential)`;
    case 'lognormal':
      return `about ${formatDuration(one.medianMs)} (lognormal)`;
  }
};
