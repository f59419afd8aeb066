import { RUN_METRICS } from '@livekit-swarm/catalogue';
import type { Snapshot } from '@livekit-swarm/catalogue/registry';
import { asMetric, mergeSnapshots } from '@livekit-swarm/catalogue/registry';
import { createRunMetrics, type RunMetrics } from '@livekit-swarm/catalogue/run-metrics';
import type { DrillReception, RecordLine } from '@livekit-swarm/record';
import { messageOf } from '@livekit-swarm/settings/errors';
import { Registry } from 'prom-client';
import type { Source, SourceContext } from '../../source.ts';
import { createDrillGauges, type DrillVerdictMetrics } from './drill-gauges.ts';
import { createFaultGauge } from './fault-gauge.ts';

/** Source of the runs of this process, the current one and earlier ones. */
export interface RunsSource extends Source {
  /**
   * Begin a run.
   * @returns the consumer of the lines of its record
   */
  begin(): (line: RecordLine) => void;
  /**
   * Begin a run that is a repeat of a drill.
   * @param look returns the current media reception; called by every scrape, also after the end
   */
  beginDrill(drill: string, look: () => DrillReception): DrillObserver;
  /**
   * Wait until the final values of a run have been scraped, as a scraper with an interval of 15
   * seconds would miss them. Resolves after the next scrape, after the interval between the last
   * two scrapes, or when the signal is aborted; at once without any scrape.
   * @param onWait called before a wait
   */
  linger(signal: AbortSignal, onWait?: () => void): Promise<void>;
}

/** Consumer of the lines and the result of a repeat. */
export interface DrillObserver {
  add(line: RecordLine): void;
  /** Called once, after the end of the repeat. */
  decided(metrics: DrillVerdictMetrics): void;
}

/** Maximum wait for a scrape, ms. */
const MAX_LINGER_MS = 65_000;
/** Time by which a scrape may be late, ms. */
const LATE_MS = 1_000;
const SAME_SCRAPE_MS = 100;

export const createRunsSource = (context: SourceContext): RunsSource => {
  const registry = new Registry();
  /** Last run of each scenario. */
  const runs = new Map<string, RunMetrics>();
  const faults = createFaultGauge(registry);
  const drills = createDrillGauges(registry);
  let current: RunMetrics | null = null;
  const scrapes = { last: Number.NEGATIVE_INFINITY, interval: 0 };
  let endedAt: number | null = null;
  let onScrape = (): void => {};

  const collect = (): Snapshot[] => {
    const now = performance.now();
    // Several scrapes at almost the same time count as one.
    if (now - scrapes.last > SAME_SCRAPE_MS && Number.isFinite(scrapes.last))
      scrapes.interval = now - scrapes.last;
    scrapes.last = now;
    onScrape();
    return mergeSnapshots([...runs.values()].flatMap((run) => run.snapshots()));
  };
  // All metrics of one response are of one moment, and computed once, for the first of them.
  const names = Object.entries(RUN_METRICS);
  const [[first] = ['']] = names;
  let moment: Snapshot[] = [];
  for (const [name, { help, type }] of names) {
    const nothing: Snapshot = { name, help, type, aggregator: 'omit', values: [] };
    const get = async (): Promise<Snapshot> => {
      if (name === first) moment = collect();
      return moment.find((snapshot) => snapshot.name === name) ?? nothing;
    };
    registry.registerMetric(asMetric(name, get));
  }

  const begin: RunsSource['begin'] = () => {
    const run = createRunMetrics();
    const addFault = faults.begin();
    current = run;
    endedAt = null;
    return (line) => {
      // An error in metrics must never end their run.
      try {
        run.add(line);
        addFault(line);
        if (line.type === 'header') runs.set(line.scenario.name, run);
        if (line.type === 'end' && current === run) endedAt = performance.now();
      } catch (error) {
        context.error(`a line of the record: ${messageOf(error)}`);
      }
    };
  };

  return {
    name: 'runs',
    registry,
    start: async () => {},
    stop: async () => {},
    begin,
    beginDrill: (drill, look) => {
      const add = begin();
      const run = current;
      drills.watch(drill, look);
      return {
        add,
        decided: (metrics) => {
          drills.setVerdict(drill, metrics);
          // Scrapes since the end of the run did not include the result.
          if (current === run) endedAt = performance.now();
        },
      };
    },
    linger: async (signal, onWait = () => {}) => {
      if (
        endedAt === null ||
        !Number.isFinite(scrapes.last) ||
        scrapes.last > endedAt ||
        signal.aborted
      )
        return;
      const patience =
        scrapes.interval === 0
          ? MAX_LINGER_MS
          : Math.min(MAX_LINGER_MS, scrapes.interval + LATE_MS);
      const left = scrapes.last + patience - performance.now();
      onWait();
      const done = Promise.withResolvers<void>();
      const timer = setTimeout(done.resolve, Math.max(0, left));
      signal.addEventListener('abort', () => done.resolve(), { once: true });
      onScrape = done.resolve;
      await done.promise;
      clearTimeout(timer);
      onScrape = () => {};
    },
  };
};
