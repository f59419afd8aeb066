import { readVariable, usageError } from '@livekit-swarm/settings';
import {
  type Environment,
  MS,
  type OtlpExporter,
  readChoice,
  readCount,
  readOtlpExporter,
  type Setting,
  variableOf,
} from '../otlp/otlp-exporter.ts';
import { readDuration } from '../read-duration.ts';
import type { Sampling } from './sampling.ts';

export interface TraceSettings extends OtlpExporter {
  sampling: Sampling;
  intervalMs: number;
  /** Number of spans in a request. */
  batch: number;
  /** Largest number of spans that wait for the receiver. */
  queue: number;
}

const INTERVAL_MS = 5_000;
const BATCH = 512;
/** The specification's default is 2,048: a ramp of 350 joins would lose the first ones. */
const QUEUE = 50_000;
const SLOW = 'SWARM_TRACES_SLOW_JOIN';
const SLOW_RANGE = { fromMs: 0, toMs: 3_600_000, initialMs: 2_000 };
const SPANS = { unit: 'spans', to: 1_000_000, example: 'leave it out for the default' };

/**
 * Reads the settings of traces: those of the exporter, of the sampler and of the batch span
 * processor of OpenTelemetry.
 * @param url URL of the flag
 * @throws SwarmError `usage`; the message contains no secret
 */
export const readTraceSettings = (url: string | null, env: Environment): TraceSettings => {
  const batchOf = (name: string) => variableOf(`OTEL_BSP_${name}`, env);
  const queue = readCount(batchOf('MAX_QUEUE_SIZE'), SPANS) ?? QUEUE;
  return {
    ...readOtlpExporter('traces', url, env),
    sampling: {
      share: readShare(env),
      slowMs: readDuration(SLOW, readVariable(env, SLOW)?.trim(), SLOW_RANGE),
    },
    intervalMs: readCount(batchOf('SCHEDULE_DELAY'), MS) ?? INTERVAL_MS,
    batch: Math.min(readCount(batchOf('MAX_EXPORT_BATCH_SIZE'), SPANS) ?? BATCH, queue),
    queue,
  };
};

/** Samplers of the specification. Joins have no parent, so that the two kinds of each are the same. */
const SAMPLERS = {
  always_on: 'all',
  parentbased_always_on: 'all',
  traceidratio: 'ratio',
  parentbased_traceidratio: 'ratio',
} as const;

const readShare = (env: Environment): number => {
  const sampler = readChoice(variableOf('OTEL_TRACES_SAMPLER', env), SAMPLERS) ?? 'all';
  return sampler === 'all' ? 1 : readRatio(variableOf('OTEL_TRACES_SAMPLER_ARG', env));
};

const readRatio = (setting: Setting | null): number => {
  if (setting === null) return 1;
  const ratio = /^\d*\.?\d+$/.test(setting.value) ? Number(setting.value) : Number.NaN;
  if (ratio <= 1) return ratio;
  throw usageError(
    `${setting.variable}=${setting.value}: must be a share from 0 to 1`,
    'write 0.1 for every tenth join; joins that failed or were slow are sent in any case',
  );
};
