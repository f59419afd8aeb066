import { aggregate, type Labels, type MetricName, type MetricReader } from '@livekit-swarm/metrics';
import { type ClientSample, clientEngineName, type SampleLine } from '@livekit-swarm/record';
import { z } from 'zod';

const known = (description: string) =>
  z.number().nullable().describe(`${description} Null: not measured.`);

const figures = z.object({
  audioLoss: known('Loss after recovery, from 0 to 1.'),
  videoLoss: known('Loss after recovery, from 0 to 1.'),
  joinTimeP95Ms: known(
    'Time from the scheduled join, or from the start of the client, until joined.',
  ),
});

/** Figures in which the load and a client of the same rooms differ by more than chance. */
const disagreement = z.enum(['audio_loss', 'video_loss', 'freezes_without_loss', 'join_time']);

export const clientSummary = z
  .object({
    group: z.string().describe('witness: added by --witness.'),
    role: z.string(),
    engine: clientEngineName,
    clients: z.number(),
    seconds: z.number().describe('Samples, one a second and client.'),
    starvedSeconds: z
      .number()
      .describe('Samples in which a client lacked CPU time: their figures are left out.'),
    seen: figures.extend({
      framesDecoded: z.number(),
      freezes: z.number(),
      freezeMs: z.number(),
      concealed: known('Share of audio samples that the client made up, from 0 to 1.'),
      jitterBufferP95Ms: known('Delay of the jitter buffer, 95th percentile, milliseconds.'),
      frameLatencyP95Ms: known('Time from the capture of a video frame until it was shown, ms.'),
      bandwidthP50: known('Bandwidth that the client estimated for sending, bit/s.'),
    }),
    load: figures.describe('Figures of the load, without witnesses.'),
    disagreements: z.array(disagreement),
  })
  .meta({ id: 'ClientSummary', description: 'Figures of the real clients of one role.' });

export type ClientSummary = z.infer<typeof clientSummary>;
export type ClientDisagreement = z.infer<typeof disagreement>;

/** Collects the real clients of a run, and whether they got the CPU time that they needed. */
export class ClientFold {
  readonly #roles = new Map<
    string,
    { of: ClientSample; identities: Set<string>; seconds: number; starved: number }
  >();

  add({ clients = [] }: SampleLine): void {
    for (const of of clients) {
      const key = JSON.stringify([of.group, of.role]);
      const known = this.#roles.get(key) ?? { of, identities: new Set(), seconds: 0, starved: 0 };
      known.identities.add(of.identity);
      known.seconds++;
      if (of.starved) known.starved++;
      this.#roles.set(key, known);
    }
  }

  summary(metrics: MetricReader): ClientSummary[] {
    const load = figuresOf(metrics, {});
    return [...this.#roles.values()].map(({ of, identities, seconds, starved }) => {
      const { group, role, engine } = of;
      const labels = { group, role };
      const seen = {
        ...figuresOf(metrics, labels),
        framesDecoded: counted(metrics, 'frames_decoded', labels),
        freezes: counted(metrics, 'freezes', labels),
        freezeMs: counted(metrics, 'freeze_time', labels),
        concealed: rateOf(metrics, 'concealed_samples', labels),
        jitterBufferP95Ms: percentileOf(metrics, 'jitter_buffer_delay', 95, labels),
        frameLatencyP95Ms: percentileOf(metrics, 'frame_latency', 95, labels),
        bandwidthP50: percentileOf(metrics, 'bandwidth_estimate', 50, {
          ...labels,
          direction: 'up',
        }),
      };
      return {
        group,
        role,
        engine,
        clients: identities.size,
        seconds,
        starvedSeconds: starved,
        seen,
        load,
        disagreements: disagreementsOf(seen, load),
      };
    });
  }
}

type Figures = z.infer<typeof figures>;

/** Least absolute difference of loss that counts: a witness sees one room of many. */
const LOSS_APART = 0.01;
/** Loss below which no freeze is expected, because a freeze needs a frame that is late or lost. */
const NO_LOSS = 0.001;
/**
 * Least difference of join times that counts, both as a factor and in ms: a browser has more to do
 * in a join than the native engine.
 */
const JOIN_APART = { factor: 3, ms: 1_000 };

const disagreementsOf = (
  seen: Figures & { freezes: number },
  load: Figures,
): ClientDisagreement[] => {
  const isApart = (a: number | null, b: number | null): boolean =>
    a !== null && b !== null && Math.abs(a - b) > LOSS_APART;
  const found: [boolean, ClientDisagreement][] = [
    [isApart(seen.audioLoss, load.audioLoss), 'audio_loss'],
    [isApart(seen.videoLoss, load.videoLoss), 'video_loss'],
    [
      seen.freezes > 0 && (seen.videoLoss ?? 0) < NO_LOSS && (load.videoLoss ?? 0) < NO_LOSS,
      'freezes_without_loss',
    ],
    [
      seen.joinTimeP95Ms !== null &&
        load.joinTimeP95Ms !== null &&
        seen.joinTimeP95Ms > load.joinTimeP95Ms * JOIN_APART.factor &&
        seen.joinTimeP95Ms > load.joinTimeP95Ms + JOIN_APART.ms,
      'join_time',
    ],
  ];
  return found.flatMap(([applies, code]) => (applies ? [code] : []));
};

const figuresOf = (metrics: MetricReader, labels: Labels): Figures => ({
  audioLoss: rateOf(metrics, 'packet_loss', { ...labels, kind: 'audio' }),
  videoLoss: rateOf(metrics, 'packet_loss', { ...labels, kind: 'video' }),
  joinTimeP95Ms: percentileOf(metrics, 'join_time', 95, labels),
});

const rateOf = (metrics: MetricReader, metric: MetricName, labels: Labels): number | null =>
  aggregate(metrics.measure(metric, labels), { type: 'rate' }) ?? null;

const percentileOf = (
  metrics: MetricReader,
  metric: MetricName,
  percentile: number,
  labels: Labels,
): number | null => aggregate(metrics.measure(metric, labels), { type: 'p', percentile }) ?? null;

const counted = (metrics: MetricReader, metric: MetricName, labels: Labels): number =>
  aggregate(metrics.measure(metric, labels), { type: 'count' }) ?? 0;
