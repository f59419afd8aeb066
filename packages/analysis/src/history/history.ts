import {
  COORDINATOR_SHARD,
  type DrillLine,
  type EventLine,
  type ParticipantLine,
  type RecordLine,
  type SampleLine,
  type ServerLine,
} from '@livekit-swarm/record';
import { RolePaths } from '../participants/role-paths.ts';
import { type Annotation, annotationOf } from './annotation.ts';
import { ConnectionChanges } from './connection-changes.ts';
import {
  Levels,
  levelsOf,
  measureEvent,
  measureGenerator,
  measureMedia,
} from './measure-second.ts';
import { measureHost, measureServer, ServerNodes } from './measure-server.ts';
import { groupQueries } from './query-groups.ts';
import { SecondMetrics } from './second-metrics.ts';
import { type CollectedSecond, SecondBuffer, secondAt, secondsOf } from './seconds.ts';
import {
  type Downsampling,
  type Extent,
  type SeriesCell,
  type SeriesQuery,
  seriesName,
  type TimeSeries,
  TimeSeriesBuilder,
} from './time-series.ts';

const SECOND_MS = 1_000;
/**
 * Largest number of steps: as many points as a chart can show. In a longer run, two steps become
 * one.
 */
const MAX_STEPS = 720;
const MAX_ANNOTATIONS = 200;
/** Longest run, ms; a line with a later time is damaged. */
const MAX_RUN_MS = 366 * 24 * 3_600 * SECOND_MS;

const isTime = (at: number): boolean => Number.isFinite(at) && at <= MAX_RUN_MS;

const ALPHABETICAL = new Intl.Collator('en', { numeric: true });

/** Run over time, in steps of equal length. */
export interface History {
  /** Length of a step, ms: one second, doubled until the run fits into `MAX_STEPS`. */
  stepMs: number;
  /** Number of steps. Step i begins at `i * stepMs` after the start of the run. */
  steps: number;
  /** Number of seconds; the last step may be shorter than the others. */
  seconds: number;
  /**
   * Series by name: of a query (`seriesName`), of a level (`levelsOf`), of the number of events of a
   * kind (`joined`), or of the number of participants in a state (`participants reconnecting`);
   * undefined: there is none.
   * @param from first step of the series
   */
  line(name: string, from?: number): TimeSeries | undefined;
  /** Series of a query; undefined: the metric was never measured. */
  series(query: SeriesQuery): TimeSeries | undefined;
  extent(name: string): Extent;
  /** Annotations in order of time. */
  annotations: Annotation[];
  /** Names of the lines that begin with a prefix, in alphabetical order. */
  names(prefix: string): string[];
}

export interface HistoryFold {
  add(line: RecordLine): void;
  /**
   * History of the lines so far, which is valid until the next line. The figures of the last seconds
   * may change: samples may be late.
   * @param until number of the first second that is left out
   */
  interim(until?: number): History;
  /**
   * First second whose figures may have changed since the last call; infinite: none. Figures of later
   * seconds may have changed, too.
   */
  takeChanged(): number;
}

/**
 * Folds a record into time series. Memory grows with the number of queries and of participants that
 * are present, but not with the length of the run: only the distributions of the last seconds are
 * kept. How often the history is read makes no difference to its figures.
 */
export const createHistory = (queries: readonly SeriesQuery[]): HistoryFold => {
  const groups = groupQueries(queries);
  const builders = new Map<string, TimeSeriesBuilder>();
  const paths = new RolePaths();
  const connections = new ConnectionChanges();
  const seconds = new SecondBuffer(() => new SecondMetrics(groups, paths.complete));
  const levels = new Levels((second) => second.levels);
  const serverLevels = new Levels((second) => second.serverLevels);
  const nodes = new ServerNodes();
  const annotations: Annotation[] = [];
  let perStep = 1;
  /** Number of seconds up to the last one whose figures are in the series for good. */
  let settled = 0;
  let hasOpen = false;

  const builder = (name: string, downsampling: Downsampling): TimeSeriesBuilder => {
    let found = builders.get(name);
    if (found === undefined) {
      found = new TimeSeriesBuilder(downsampling);
      builders.set(name, found);
    }
    return found;
  };

  /** Merges steps until a second has one. */
  const makeRoom = (second: number): void => {
    while (Math.floor(second / perStep) >= MAX_STEPS) {
      perStep *= 2;
      for (const one of builders.values()) one.halve();
    }
  };

  /** Passes the figures of a second to `put`. */
  const measure = (
    { second, content, late }: CollectedSecond<SecondMetrics>,
    held: readonly Levels[],
    put: (one: TimeSeriesBuilder, step: number, cell: SeriesCell) => void,
  ): void => {
    const stepOf = (when: number): number => Math.floor(when / perStep);
    for (const { name, downsampling, cell } of content.cells(late))
      put(builder(name, downsampling), stepOf(second), cell);
    // The levels of a late sample are older than those already known.
    if (late) return;
    for (const one of held)
      for (const { second: when, name, figure } of one.until(second, content))
        put(builder(name, 'mean'), stepOf(when), { part: figure, whole: 1, figure });
  };

  const settle = (complete: readonly CollectedSecond<SecondMetrics>[]): void => {
    if (complete.length > 0) clearOpen();
    for (const one of complete) {
      makeRoom(one.second);
      measure(one, [levels, serverLevels], (series, step, cell) => series.add(step, cell));
      settled = Math.max(settled, one.second + 1);
    }
  };

  /** Adds the seconds that may still change, and takes out what they were before. */
  const tryOpen = (open: readonly CollectedSecond<SecondMetrics>[]): void => {
    clearOpen();
    hasOpen = open.length > 0;
    const tried = [levels.copy(), serverLevels.copy()];
    for (const one of open) measure(one, tried, (series, step, cell) => series.addOpen(step, cell));
  };

  const clearOpen = (): void => {
    if (hasOpen) for (const one of builders.values()) one.clearOpen();
    hasOpen = false;
  };

  const addSample = (line: SampleLine): void => {
    const parts = secondsOf(line.at, line.intervalMs);
    for (const { second, share, covers } of parts) {
      const metrics = seconds.at(second);
      metrics.beginSample(line.shard, line.shard === COORDINATOR_SHARD ? 0 : covers, share);
      measureMedia(metrics, line);
      measureGenerator(metrics, line);
    }
    const last = parts.at(-1);
    if (last !== undefined) seconds.at(last.second).levels.set(line.shard, levelsOf(line));
  };

  const addServer = (line: ServerLine): void => {
    const shard = nodes.shardOf(line);
    for (const { second, share, covers } of secondsOf(line.at, line.countedMs ?? line.intervalMs)) {
      const metrics = seconds.at(second);
      metrics.beginSample(shard, covers, share);
      measureServer(metrics, line, shard);
    }
    const parts = secondsOf(line.at, line.intervalMs);
    for (const { second, share } of parts) {
      const metrics = seconds.at(second);
      // Its time is that of the counters above.
      metrics.beginSample(shard, 0, share);
      measureHost(metrics, line, shard);
    }
    const last = parts.at(-1);
    if (last !== undefined) seconds.at(last.second).serverLevels.set(shard, nodes.levelsOf(line));
  };

  const addEvent = (line: EventLine): void => {
    measureEvent(line, (at) => {
      const metrics = seconds.at(secondAt(at));
      metrics.beginEvent();
      return metrics;
    });
    if (line.event === 'process_died' && line.shard !== undefined)
      seconds.at(secondAt(line.at)).died.add(line.shard);
    annotate(line);
    addConnection(line);
  };

  const addConnection = (line: EventLine | ParticipantLine): void => {
    // A result at the end of a second belongs to it, as a sample does.
    const second =
      line.type === 'event' ? secondAt(line.at) : (secondsOf(line.at, 0)[0]?.second ?? 0);
    for (const change of connections.add(line)) seconds.at(second).countChange(change);
  };

  const annotate = (line: EventLine | DrillLine): void => {
    const annotation = annotationOf(line);
    if (annotation !== null && annotations.length < MAX_ANNOTATIONS) annotations.push(annotation);
  };

  return {
    add: (line) => {
      if (line.type === 'header') paths.begin(line);
      else if (line.type === 'sample' && isTime(line.at)) addSample(line);
      else if (line.type === 'server' && isTime(line.at)) addServer(line);
      else if (line.type === 'event' && isTime(line.at)) addEvent(line);
      else if (line.type === 'participant' && isTime(line.at)) addConnection(line);
      else if (line.type === 'drill' && isTime(line.at)) annotate(line);
      settle(seconds.takeComplete());
    },
    interim: (until = Number.POSITIVE_INFINITY) => {
      const open = seconds.open(until);
      const length = Math.max(settled, (open.at(-1)?.second ?? -1) + 1);
      if (length > 0) makeRoom(length - 1);
      tryOpen(open);
      const steps = Math.ceil(length / perStep);
      const line = (name: string, from = 0): TimeSeries | undefined =>
        builders.get(name)?.series(from, steps);
      return {
        stepMs: perStep * SECOND_MS,
        steps,
        seconds: length,
        line,
        series: (query) => line(seriesName(query)),
        extent: (name) => builders.get(name)?.extent(steps) ?? 'nothing',
        annotations: [...annotations].sort((a, b) => a.at - b.at),
        names: (prefix) =>
          [...builders.keys()].filter((name) => name.startsWith(prefix)).sort(ALPHABETICAL.compare),
      };
    },
    takeChanged: () => seconds.takeChanged(),
  };
};
