import {
  COORDINATOR_SHARD,
  type DrillLine,
  type EventLine,
  type RecordLine,
  type SampleLine,
  type ServerLine,
} from '@livekit-swarm/record';
import { RolePaths } from '../participants/role-paths.ts';
import { type Annotation, annotationOf } from './annotation.ts';
import {
  Levels,
  levelsOf,
  measureEvent,
  measureGenerator,
  measureMedia,
} from './measure-second.ts';
import { measureServer, ServerNodes } from './measure-server.ts';
import { SecondMetrics } from './second-metrics.ts';
import { type CompleteSecond, SecondBuffer, secondAt, secondsOf } from './seconds.ts';
import {
  type Downsampling,
  downsamplingOf,
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

/** Run over time, in steps of equal length. */
export interface History {
  /** Length of a step, ms: one second, doubled until the run fits into `MAX_STEPS`. */
  stepMs: number;
  /** Number of steps. Step i begins at `i * stepMs` after the start of the run. */
  steps: number;
  /**
   * Series of a level (see `levelsOf`) or of the number of events of a kind, by name; undefined:
   * none was recorded.
   */
  line(name: string): TimeSeries | undefined;
  /** Series of a query; undefined: the metric was never measured. */
  series(query: SeriesQuery): TimeSeries | undefined;
  /** Annotations in order of time. */
  annotations: Annotation[];
  /** Names of the lines that begin with a prefix. */
  names(prefix: string): string[];
}

export interface HistoryFold {
  add(line: RecordLine): void;
  /** History of the lines so far; more lines may follow. */
  interim(): History;
}

/**
 * Folds a record into time series. Memory grows with the number of queries, but neither with the
 * length of the run nor with the number of participants: only the distributions of the last seconds
 * are kept.
 */
export const createHistory = (queries: readonly SeriesQuery[]): HistoryFold => {
  const distinct = [...new Map(queries.map((query) => [seriesName(query), query])).values()];
  const builders = new Map<string, TimeSeriesBuilder>();
  const paths = new RolePaths();
  const seconds = new SecondBuffer(() => new SecondMetrics(distinct, paths.complete));
  const levels = new Levels((second) => second.levels);
  const serverLevels = new Levels((second) => second.serverLevels);
  const nodes = new ServerNodes();
  const annotations: Annotation[] = [];
  let perStep = 1;
  let steps = 0;

  const builder = (name: string, downsampling: Downsampling): TimeSeriesBuilder => {
    let found = builders.get(name);
    if (found === undefined) {
      found = new TimeSeriesBuilder(downsampling);
      builders.set(name, found);
    }
    return found;
  };

  const stepOf = (second: number): number => {
    while (Math.floor(second / perStep) >= MAX_STEPS) {
      perStep *= 2;
      for (const one of builders.values()) one.halve();
      steps = Math.ceil(steps / 2);
    }
    const step = Math.floor(second / perStep);
    steps = Math.max(steps, step + 1);
    return step;
  };

  const addSecond = ({ second, content, late }: CompleteSecond<SecondMetrics>): void => {
    const step = stepOf(second);
    for (const [query, cell] of content.cells(late))
      builder(seriesName(query), downsamplingOf(query)).add(step, cell);
    for (const [name, times] of content.events)
      builder(name, 'sum').add(step, { part: times, whole: 1, figure: times });
    // The levels of a late sample are older than those already known.
    if (late) return;
    for (const held of [levels, serverLevels])
      for (const { second: when, name, figure } of held.until(second, content))
        builder(name, 'mean').add(stepOf(when), { part: figure, whole: 1, figure });
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
    const last = secondsOf(line.at, line.intervalMs).at(-1);
    if (last !== undefined) seconds.at(last.second).serverLevels.set(shard, nodes.levelsOf(line));
  };

  const addEvent = (line: EventLine): void => {
    measureEvent(line, (at) => {
      const metrics = seconds.at(secondAt(at));
      metrics.beginEvent();
      return metrics;
    });
    if (line.event === 'worker_died' && line.shard !== undefined)
      seconds.at(secondAt(line.at)).died.add(line.shard);
    annotate(line);
  };

  const annotate = (line: EventLine | DrillLine): void => {
    const annotation = annotationOf(line);
    if (annotation !== null && annotations.length < MAX_ANNOTATIONS) annotations.push(annotation);
  };

  return {
    add: (line) => {
      if (line.type === 'header') paths.begin(line);
      else if (line.type === 'sample' && Number.isFinite(line.at)) addSample(line);
      else if (line.type === 'server' && Number.isFinite(line.at)) addServer(line);
      else if (line.type === 'event' && Number.isFinite(line.at)) addEvent(line);
      else if (line.type === 'drill' && Number.isFinite(line.at)) annotate(line);
      for (const second of seconds.takeComplete()) addSecond(second);
    },
    interim: () => {
      for (const second of seconds.takeAll()) addSecond(second);
      const line = (name: string): TimeSeries | undefined => builders.get(name)?.series(steps);
      return {
        stepMs: perStep * SECOND_MS,
        steps,
        line,
        series: (query) => line(seriesName(query)),
        annotations: [...annotations].sort((a, b) => a.at - b.at),
        names: (prefix) => [...builders.keys()].filter((name) => name.startsWith(prefix)),
      };
    },
  };
};
