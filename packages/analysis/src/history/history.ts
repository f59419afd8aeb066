import {
  COORDINATOR_SHARD,
  type DrillLine,
  type EventLine,
  type RecordLine,
  type SampleLine,
} from '@livekit-swarm/record';
import { Column, type Joining, type Line } from './column.ts';
import { addEvent, addGenerator, addMedia } from './feed.ts';
import { Levels, levelsOf } from './levels.ts';
import { type Mark, markOf } from './mark.ts';
import { Second } from './second.ts';
import { secondsOf } from './seconds-of.ts';
import { joiningOf, type Watch, watchName } from './watch.ts';

const SECOND_MS = 1_000;
/** A second is closed when the record has come this much further: workers under stress deliver late. */
const PATIENCE_S = 15;
/** As many points as a chart can show; beyond it every two steps become one. */
const MOST_STEPS = 720;
/** A run that had more happen to it is not read by its marks. */
const MOST_MARKS = 200;

/** A run over time, in steps of equal length. */
export interface History {
  /** Length of a step, ms: a second, doubled as often as the run would not fit. */
  stepMs: number;
  /** How many. Step i begins at `i * stepMs` after the run's start. */
  steps: number;
  /** Of figures that are no metrics: a level (see `levelsOf`) or how often something happened (the name of an event). Undefined when never seen. */
  line(name: string): Line | undefined;
  /** Of what was watched. Undefined when it was never measured. */
  watched(watch: Watch): Line | undefined;
  /** What befell the run itself, in order. */
  marks: Mark[];
  /** Names of lines that begin with this. */
  names(prefix: string): string[];
}

export interface HistoryFold {
  add(line: RecordLine): void;
  /** As things stand; more may be added afterwards. */
  soFar(): History;
}

/**
 * Folds a record into figures over time. Memory depends on what is watched, not on how long the run is, nor on how many people are in it: whole
 * distributions are kept for the last seconds only.
 */
export const createHistory = (watches: readonly Watch[]): HistoryFold => {
  const watched = [...new Map(watches.map((watch) => [watchName(watch), watch])).values()];
  const columns = new Map<string, Column>();
  const open = new Map<number, Second>();
  const levels = new Levels();
  const marks: Mark[] = [];
  let perStep = 1;
  let newest = -1;
  /** Seconds before this one are closed. */
  let closed = 0;
  let steps = 0;

  const second = (at: number): Second => {
    let found = open.get(at);
    if (found === undefined) {
      found = new Second(watched);
      open.set(at, found);
    }
    newest = Math.max(newest, at);
    return found;
  };

  const column = (name: string, joining: Joining): Column => {
    let found = columns.get(name);
    if (found === undefined) {
      found = new Column(joining);
      columns.set(name, found);
    }
    return found;
  };

  const stepOf = (at: number): number => {
    while (Math.floor(at / perStep) >= MOST_STEPS) {
      perStep *= 2;
      for (const one of columns.values()) one.halve();
      steps = Math.ceil(steps / 2);
    }
    const step = Math.floor(at / perStep);
    steps = Math.max(steps, step + 1);
    return step;
  };

  const close = (at: number, gathered: Second): void => {
    const late = at < closed;
    const step = stepOf(at);
    for (const [watch, cell] of gathered.cells(late))
      column(watchName(watch), joiningOf(watch)).add(step, cell);
    for (const [name, times] of gathered.happenings)
      column(name, 'sum').add(step, { part: times, whole: 1, figure: times });
    // What comes after its second was closed says nothing new about levels.
    if (late) return;
    for (const { second: when, name, figure } of levels.until(at, gathered)) {
      column(name, 'mean').add(stepOf(when), { part: figure, whole: 1, figure });
    }
  };

  const closeUntil = (end: number): void => {
    for (const at of [...open.keys()].filter((one) => one < end).sort((a, b) => a - b)) {
      const gathered = open.get(at);
      if (gathered !== undefined) close(at, gathered);
      open.delete(at);
    }
    closed = Math.max(closed, end);
  };

  const addSample = (line: SampleLine): void => {
    const parts = secondsOf(line.at, line.intervalMs);
    for (const { second: at, share, covers } of parts) {
      const here = second(at);
      here.cover(line.shard, line.shard === COORDINATOR_SHARD ? 0 : covers, share);
      addMedia(here, line);
      addGenerator(here, line);
    }
    const last = parts.at(-1);
    if (last !== undefined) second(last.second).levels.set(line.shard, levelsOf(line));
  };

  const addRunEvent = (line: EventLine): void => {
    addEvent(line, (at) => {
      const one = second(secondAt(at));
      one.moment();
      return one;
    });
    if (line.event === 'worker_died' && line.shard !== undefined)
      second(secondAt(line.at)).gone.add(line.shard);
    addMark(line);
  };

  const addMark = (line: EventLine | DrillLine): void => {
    const mark = markOf(line);
    if (mark !== null && marks.length < MOST_MARKS) marks.push(mark);
  };

  return {
    add: (line) => {
      if (line.type === 'sample' && Number.isFinite(line.at)) addSample(line);
      else if (line.type === 'event' && Number.isFinite(line.at)) addRunEvent(line);
      else if (line.type === 'drill' && Number.isFinite(line.at)) addMark(line);
      if (newest - PATIENCE_S > closed) closeUntil(newest - PATIENCE_S);
    },
    soFar: () => {
      closeUntil(newest + 1);
      const line = (name: string): Line | undefined => columns.get(name)?.line(steps);
      return {
        stepMs: perStep * SECOND_MS,
        steps,
        line,
        watched: (watch) => line(watchName(watch)),
        marks: [...marks].sort((a, b) => a.at - b.at),
        names: (prefix) => [...columns.keys()].filter((name) => name.startsWith(prefix)),
      };
    },
  };
};

const secondAt = (at: number): number => Math.max(0, Math.floor(at / SECOND_MS));
