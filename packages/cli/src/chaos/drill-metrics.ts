import { createReceptionStates, verdictMetricsOf } from '@livekit-swarm/chaos';
import type { RunExporter } from '@livekit-swarm/exporter/runs';
import type { RecordLine } from '@livekit-swarm/record';
import type { Console } from '../console.ts';
import { readRevision } from '../revision.ts';
import { type ServedMetricsFlags, serveRunMetrics } from '../serve-run-metrics.ts';
import { VERSION } from '../version.ts';

/** Live metrics of the drills of this process, for Prometheus. */
export interface DrillMetrics {
  /**
   * Address for the Prometheus of a drill's own lab, `127.0.0.1:40123`; null without such a lab.
   */
  readonly labAddress: string | null;
  /** Starts the observation of a repeat. */
  begin(drill: string): RepeatObserver;
  /** Waits until the last values have been scraped, as the exporter of a run does. */
  linger: RunExporter['linger'];
  close(): Promise<void>;
}

/** Observes one repeat. */
export interface RepeatObserver {
  add(line: RecordLine): void;
  decided(repeat: Parameters<typeof verdictMetricsOf>[0]): void;
}

export interface DrillMetricsOptions {
  /** The requested addresses, and their protection. */
  served: ServedMetricsFlags;
  /** True if a lab is started for the drill, and has a Prometheus. */
  forLab: boolean;
}

/**
 * Serves the metrics at the requested address, and to the Prometheus of labs that are started for
 * drills: that one needs neither token nor address, and no final scrape is awaited.
 * @throws SwarmError `usage` when the address is invalid or in use
 */
export const serveDrillMetrics = async (
  { served, forLab }: DrillMetricsOptions,
  console: Pick<Console, 'stderr' | 'env'>,
): Promise<DrillMetrics> => {
  const requested = await serveRunMetrics(served, console);
  const ofLab = forLab
    ? await serveToLab(console).catch((error: unknown) => closeAfter(requested, error))
    : null;
  const exporters = [requested, ofLab].filter((exporter) => exporter !== null);
  return {
    labAddress: ofLab === null ? null : new URL(ofLab.url).host,
    begin: (drill) => {
      const states = createReceptionStates();
      const taps = exporters.map((exporter) => exporter.beginDrill(drill, states.now));
      return {
        add: (line) => {
          if (taps.length > 0) states.add(line);
          for (const tap of taps) tap.add(line);
        },
        decided: (repeat) => {
          for (const tap of taps) tap.decided(verdictMetricsOf(repeat));
        },
      };
    },
    linger: async (signal, onWait) => requested?.linger(signal, onWait),
    close: async () => {
      await Promise.all(exporters.map((exporter) => exporter.close()));
    },
  };
};

const serveToLab = async ({ stderr }: Pick<Console, 'stderr'>): Promise<RunExporter> => {
  const { startRunExporter } = await import('@livekit-swarm/exporter/runs');
  // Only the lab needs this address, so it is not printed; later errors are.
  let log = (_line: string): void => {};
  const exporter = await startRunExporter({
    listen: [{ host: '127.0.0.1', port: 0 }],
    token: null,
    version: VERSION,
    revision: await readRevision(),
    log: (line) => log(line),
  });
  log = (line) => void stderr.write(`metrics: ${line}\n`);
  return exporter;
};

const closeAfter = async (exporter: RunExporter | null, error: unknown): Promise<never> => {
  await exporter?.close();
  throw error;
};
