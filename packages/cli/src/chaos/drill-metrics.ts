import { createReceptionStates, type RepeatResult, verdictMetricsOf } from '@livekit-swarm/chaos';
import type { RunExporter } from '@livekit-swarm/exporter/runs';
import type { RecordLine } from '@livekit-swarm/record';
import type { Console } from '../console.ts';
import { serveRunMetrics } from '../serve-run-metrics.ts';
import { VERSION } from '../version.ts';

/** Drills of this process as Prometheus sees them, while they go on. */
export interface DrillMetrics {
  /** Where the Prometheus of a lab that is raised for a drill finds them, `127.0.0.1:40123`; null: there is no such lab. */
  readonly labAddress: string | null;
  /** A repeat begins. */
  begin(drill: string): RepeatObserver;
  /** As that of a run: until whoever scrapes has seen the end. */
  linger: RunExporter['linger'];
  close(): Promise<void>;
}

/** What becomes of one repeat. */
export interface RepeatObserver {
  add(line: RecordLine): void;
  judged(repeat: RepeatResult): void;
}

export interface DrillMetricsOptions {
  /** `[ADDRESS]:PORT` that the user asked for. */
  address: string | undefined;
  /** Whether a lab of ours has a Prometheus. */
  forLab: boolean;
}

/**
 * Serves them where the user asked for it, and to the Prometheus of our own labs: that one needs neither token nor address, and nobody waits for it.
 * @throws SwarmError `usage` when the address is none, or somebody else listens there
 */
export const serveDrillMetrics = async (
  { address, forLab }: DrillMetricsOptions,
  console: Pick<Console, 'stderr' | 'env'>,
): Promise<DrillMetrics> => {
  const asked = address === undefined ? null : await serveRunMetrics(address, console);
  const ofLab = forLab
    ? await serveToLab(console).catch((error: unknown) => closeAfter(asked, error))
    : null;
  const exporters = [asked, ofLab].filter((exporter) => exporter !== null);
  return {
    labAddress: ofLab === null ? null : new URL(ofLab.url).host,
    begin: (drill) => {
      const people = createReceptionStates();
      const taps = exporters.map((exporter) => exporter.beginDrill(drill, people.now));
      return {
        add: (line) => {
          if (taps.length > 0) people.add(line);
          for (const tap of taps) tap.add(line);
        },
        judged: (repeat) => {
          for (const tap of taps) tap.judged(verdictMetricsOf(repeat));
        },
      };
    },
    linger: async (signal, onWait) => asked?.linger(signal, onWait),
    close: async () => {
      await Promise.all(exporters.map((exporter) => exporter.close()));
    },
  };
};

const serveToLab = async ({ stderr }: Pick<Console, 'stderr'>): Promise<RunExporter> => {
  const { startRunExporter } = await import('@livekit-swarm/exporter/runs');
  // That it listens, and where, is nobody's business but the lab's; what goes wrong later is.
  let log = (_line: string): void => {};
  const exporter = await startRunExporter({
    listen: { host: '127.0.0.1', port: 0 },
    token: null,
    version: VERSION,
    log: (line) => log(line),
  });
  log = (line) => void stderr.write(`metrics: ${line}\n`);
  return exporter;
};

const closeAfter = async (exporter: RunExporter | null, error: unknown): Promise<never> => {
  await exporter?.close();
  throw error;
};
