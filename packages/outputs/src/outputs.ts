import { PUSH_LABEL } from '@livekit-swarm/catalogue';
import { createRunMetrics, type RunMetrics } from '@livekit-swarm/catalogue/run-metrics';
import { systemClock } from '@livekit-swarm/livekit';
import type { HeaderLine, RecordLine } from '@livekit-swarm/record';
import { createDelivery, type DeliveryOptions } from './delivery/delivery.ts';
import type { Endpoint } from './delivery/endpoint.ts';
import type { Protocol } from './delivery/outcome.ts';
import type { Encoder, Request, RunIdentity, Source } from './encoder.ts';
import { type OutputKind, parseOutputRequests } from './output-request.ts';

/** Output of a command, for all of its runs. */
interface Output {
  kind: OutputKind;
  endpoint: Endpoint;
  protocol: Protocol;
  intervalMs: number;
  limits?: DeliveryOptions['limits'];
  sourceOf(run: RunIdentity, metrics: RunMetrics): Source;
}

/** Result of the pushes of a run. */
export interface PushResult {
  output: OutputKind;
  /** URL without credentials. */
  url: string;
  /** Pushes of metrics, or spans. */
  delivered: number;
  rejected: number;
  lost: number;
  /** Last failure as the receiver or the system reported it; null: none. */
  detail: string | null;
}

/**
 * Pushes of a run, made from the lines of its record. Nothing in it fails, waits or throws during
 * the run.
 */
export interface RunPush {
  add(line: RecordLine): void;
  /**
   * Makes the last push after the run and ends the series. Waits for receivers at most five
   * seconds, or until the signal is aborted.
   */
  close(signal: AbortSignal): Promise<PushResult[]>;
}

export interface Outputs {
  /** Begins the pushes of a run. */
  begin(): RunPush;
}

export interface OutputOptions {
  env: Readonly<Record<string, string | undefined>>;
  /** Version of the product. */
  version: string;
  /** Prints a line for the operator; it contains no secret. */
  warn(line: string): void;
}

const CLOSE_MS = 5_000;

/**
 * Reads `--out` flags and their variables; does not connect.
 * @throws SwarmError `usage`
 */
export const openOutputs = async (
  texts: readonly string[],
  options: OutputOptions,
): Promise<Outputs> => {
  const requests = parseOutputRequests(texts);
  const outputs = await Promise.all(requests.map(({ kind, url }) => OPENERS[kind](url, options)));
  return { begin: () => beginPushing(outputs, options) };
};

/** Opens the OTLP output. The libraries of a protocol are loaded on use. */
const openOtlp = async (url: string | null, { env, version }: OutputOptions): Promise<Output> => {
  const { readOtlpSettings } = await import('./otlp/otlp-settings.ts');
  const settings = readOtlpSettings(url, env);
  const { createOtlpEncoder, otlpProtocol } = await import('./otlp/otlp-output.ts');
  return {
    kind: 'otlp',
    endpoint: settings.endpoint,
    protocol: otlpProtocol(settings),
    intervalMs: settings.intervalMs,
    sourceOf: (run, metrics) => metricsSource(createOtlpEncoder(settings, version, run), metrics),
  };
};

const openRemoteWrite = async (url: string | null, { env }: OutputOptions): Promise<Output> => {
  const { readRemoteWriteSettings } = await import('./prometheus-rw/rw-settings.ts');
  const settings = readRemoteWriteSettings(url, env);
  const { createRemoteWriteEncoder, remoteWriteProtocol } = await import(
    './prometheus-rw/rw-output.ts'
  );
  return {
    kind: 'prometheus-rw',
    endpoint: settings.endpoint,
    protocol: remoteWriteProtocol,
    intervalMs: settings.intervalMs,
    sourceOf: (run, metrics) => metricsSource(createRemoteWriteEncoder(settings, run), metrics),
  };
};

/** Room for the default number of spans in JSON, also if all are failed joins, of 1 kB each. */
const TRACES_BYTES = 64 * 1_024 * 1_024;

const openTraces = async (url: string | null, { env, version }: OutputOptions): Promise<Output> => {
  const { readTraceSettings } = await import('./otlp-traces/trace-settings.ts');
  const settings = readTraceSettings(url, env);
  const { createTraceSource, tracesProtocol } = await import('./otlp-traces/traces-output.ts');
  return {
    kind: 'otlp-traces',
    endpoint: settings.endpoint,
    protocol: tracesProtocol(settings),
    intervalMs: settings.intervalMs,
    // The number of spans limits the queue, whatever the number of requests they are in.
    limits: {
      requests: Number.POSITIVE_INFINITY,
      items: settings.queue,
      bytes: TRACES_BYTES,
    },
    sourceOf: (run) => createTraceSource(settings, version, run),
  };
};

const OPENERS: Record<OutputKind, (url: string | null, options: OutputOptions) => Promise<Output>> =
  { otlp: openOtlp, 'otlp-traces': openTraces, 'prometheus-rw': openRemoteWrite };

/** Source of metrics: all figures of the run so far with each push. */
const metricsSource = (encoder: Encoder, metrics: RunMetrics): Source => {
  const wholePush = (body: Uint8Array): Request => ({ body, items: 1 });
  return {
    add: () => [],
    take: (at) => encoder.push(metrics.figures(), at).map(wholePush),
    end: () => encoder.end().map(wholePush),
  };
};

const beginPushing = (outputs: readonly Output[], { warn }: OutputOptions): RunPush => {
  const metrics = createRunMetrics();
  const pushers = outputs.map((output) => {
    const { kind, endpoint, protocol, intervalMs, limits = {} } = output;
    const name = `--out ${kind} (${endpoint.shown})`;
    const delivery = createDelivery({
      endpoint,
      protocol,
      limits,
      warn: (text) => warn(`${name}: ${text}`),
    });
    let source: Source | null = null;
    let timer: NodeJS.Timeout | undefined;
    let isBroken = false;
    let pushedAt = 0;
    /** Runs work and reports its errors: telemetry must never end the run that it describes. */
    const safely = (work: () => void): void => {
      try {
        work();
      } catch (error) {
        if (!isBroken) warn(`${name}: cannot push: ${String(error)}`);
        isBroken = true;
      }
    };
    const send = (requests: readonly Request[] = []): void => {
      for (const { body, items } of requests) delivery.send(body, items);
    };
    const push = (): void =>
      safely(() => {
        // The last push may fall into the same millisecond as the one before: receivers reject a
        // second value for a time.
        pushedAt = Math.max(systemClock.now(), pushedAt + 1);
        send(source?.take(pushedAt));
      });
    return {
      begin: (header: HeaderLine): void =>
        safely(() => {
          source = output.sourceOf(identityOf(header), metrics);
          timer = setInterval(push, intervalMs);
        }),
      add: (line: RecordLine): void => safely(() => send(source?.add(line))),
      close: async (signal: AbortSignal): Promise<PushResult> => {
        clearInterval(timer);
        push();
        safely(() => send(source?.end()));
        await delivery.close(signal);
        return {
          output: kind,
          url: endpoint.shown,
          ...delivery.counts,
          detail: delivery.failure,
        };
      },
    };
  });
  let isReadable = true;
  return {
    add: (line) => {
      if (!isReadable) return;
      try {
        metrics.add(line);
        for (const pusher of pushers) {
          if (line.type === 'header') pusher.begin(line);
          pusher.add(line);
        }
      } catch (error) {
        isReadable = false;
        warn(`--out: metrics end here, because of a line of the record: ${String(error)}`);
      }
    },
    close: async (signal) => {
      const limit = AbortSignal.any([signal, AbortSignal.timeout(CLOSE_MS)]);
      return await Promise.all(pushers.map((pusher) => pusher.close(limit)));
    },
  };
};

/**
 * Identity of a run. As with k6, a tag of this name distinguishes runs; without one, the name of
 * the run does.
 */
const identityOf = ({ run, startedAtMs, startedAt, scenario }: HeaderLine): RunIdentity => ({
  testid: scenario.tags[PUSH_LABEL] ?? run,
  startedAtMs: startedAtMs ?? Date.parse(startedAt),
});
