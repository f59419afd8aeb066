import { suggest, usageError, withoutSecrets } from '@livekit-swarm/settings';
import {
  type Endpoint,
  readHeaders,
  readPairs,
  readTlsFile,
  readUrl,
  type TlsFiles,
} from '../delivery/endpoint.ts';

export interface OtlpSettings {
  endpoint: Endpoint;
  encoding: 'protobuf' | 'json';
  /** Kinds of metrics that are sent as the difference to the last push instead of the total. */
  deltas: ReadonlySet<'counter' | 'histogram'>;
  histograms: 'exponential' | 'explicit';
  intervalMs: number;
  /** Resource attributes of the user, without those of the product. */
  resource: Readonly<Record<string, string>>;
}

type Environment = Readonly<Record<string, string | undefined>>;

const EXAMPLE = 'http://localhost:4318';
const PATH = 'v1/metrics';
const TIMEOUT_MS = 10_000;
/**
 * Default interval, ms. The specification's default is a minute, for services that run for days.
 */
const INTERVAL_MS = 5_000;

/**
 * Reads the settings of an OTLP exporter as OpenTelemetry specifies them (OTEL_EXPORTER_OTLP_*,
 * each also as OTEL_EXPORTER_OTLP_METRICS_*, which takes precedence; an empty variable counts as
 * not set). Unlike an SDK, it refuses settings that it cannot follow: a run whose metrics went
 * nowhere would be noticed too late.
 * @param url URL of the flag; it replaces OTEL_EXPORTER_OTLP_ENDPOINT and has precedence over all
 * variables
 * @throws SwarmError `usage`; the message contains no secret
 */
export const readOtlpSettings = (url: string | null, env: Environment): OtlpSettings => {
  const read = (name: string): Setting | null => {
    for (const variable of [`OTEL_EXPORTER_OTLP_METRICS_${name}`, `OTEL_EXPORTER_OTLP_${name}`]) {
      const value = env[variable]?.trim() ?? '';
      if (value !== '') return { variable, value };
    }
    return null;
  };
  const target = readTarget(url, env);
  return {
    endpoint: {
      url: target.url,
      shown: withoutSecrets(target.url.href),
      // Both variables count; the specific one takes precedence key by key.
      headers: {
        ...headersOf('OTEL_EXPORTER_OTLP_HEADERS', env),
        ...headersOf('OTEL_EXPORTER_OTLP_METRICS_HEADERS', env),
        ...target.headers,
      },
      tls: readTls(read),
      timeoutMs: readMs(read('TIMEOUT')) ?? TIMEOUT_MS,
      compression: readChoice(read('COMPRESSION'), COMPRESSIONS) ?? 'none',
    },
    encoding: readChoice(read('PROTOCOL'), PROTOCOLS) ?? 'protobuf',
    deltas: DELTAS[readChoice(metricsOnly('TEMPORALITY_PREFERENCE', env), TEMPORALITIES) ?? 'none'],
    histograms:
      readChoice(metricsOnly('DEFAULT_HISTOGRAM_AGGREGATION', env), AGGREGATIONS) ?? 'exponential',
    intervalMs: readMs(variableOf('OTEL_METRIC_EXPORT_INTERVAL', env)) ?? INTERVAL_MS,
    resource: readResource(env),
  };
};

interface Setting {
  variable: string;
  value: string;
}

const variableOf = (variable: string, env: Environment): Setting | null => {
  const value = env[variable]?.trim() ?? '';
  return value === '' ? null : { variable, value };
};

const metricsOnly = (name: string, env: Environment): Setting | null =>
  variableOf(`OTEL_EXPORTER_OTLP_METRICS_${name}`, env);

/**
 * Reads the URL. The path is appended to the endpoint of all signals, but not to that of metrics.
 */
const readTarget = (flag: string | null, env: Environment): ReturnType<typeof readUrl> => {
  if (flag !== null) return withPath(readUrl(flag, '--out otlp', `--out otlp=${EXAMPLE}`));
  const own = metricsOnly('ENDPOINT', env);
  if (own !== null) return readUrl(own.value, own.variable, `${EXAMPLE}/${PATH}`);
  const variable = 'OTEL_EXPORTER_OTLP_ENDPOINT';
  const common = variableOf(variable, env);
  return withPath(readUrl(common?.value ?? EXAMPLE, variable, EXAMPLE));
};

const withPath = (target: ReturnType<typeof readUrl>): ReturnType<typeof readUrl> => {
  const { url } = target;
  // A copied full address already has the path.
  if (!url.pathname.endsWith(`/${PATH}`))
    url.pathname = `${url.pathname.replace(/\/$/, '')}/${PATH}`;
  return target;
};

const headersOf = (variable: string, env: Environment): Record<string, string> =>
  readHeaders(env[variable] ?? '', variable);

const readTls = (read: (name: string) => Setting | null): TlsFiles => {
  const fileOf = (name: string): Buffer | undefined => {
    const setting = read(name);
    return setting === null ? undefined : readTlsFile(setting.value, setting.variable);
  };
  const [ca, cert, key] = [
    fileOf('CERTIFICATE'),
    fileOf('CLIENT_CERTIFICATE'),
    fileOf('CLIENT_KEY'),
  ];
  return { ...(ca && { ca }), ...(cert && { cert }), ...(key && { key }) };
};

const LONGEST_MS = 3_600_000;

const readMs = (setting: Setting | null): number | null => {
  if (setting === null) return null;
  const { variable, value } = setting;
  const ms = /^\d+$/.test(value) ? Number(value) : Number.NaN;
  if (ms >= 1 && ms <= LONGEST_MS) return ms;
  throw usageError(
    `${variable}=${value}: must be a whole number of milliseconds from 1 to ${LONGEST_MS}`,
    'write 5000 for five seconds',
  );
};

const readChoice = <T>(setting: Setting | null, choices: Readonly<Record<string, T>>): T | null => {
  if (setting === null) return null;
  const { variable, value } = setting;
  const key = value.toLowerCase();
  const choice = Object.hasOwn(choices, key) ? choices[key] : undefined;
  if (choice !== undefined) return choice;
  throw usageError(
    `${variable}=${value}: is not supported`,
    key === 'grpc'
      ? 'use http/protobuf, which collectors receive on port 4318'
      : suggest(key, Object.keys(choices), 'write one of'),
  );
};

const COMPRESSIONS = { none: 'none', gzip: 'gzip' } as const;
const PROTOCOLS = { 'http/protobuf': 'protobuf', 'http/json': 'json' } as const;
const TEMPORALITIES = { cumulative: 'none', delta: 'all', lowmemory: 'histograms' } as const;
/**
 * Metrics with delta temporality, by preference. `lowmemory` keeps totals for counters that are
 * read from elsewhere, as those of a run are.
 */
const DELTAS: Record<'none' | 'all' | 'histograms', ReadonlySet<'counter' | 'histogram'>> = {
  none: new Set(),
  all: new Set(['counter', 'histogram']),
  histograms: new Set(['histogram']),
};
const AGGREGATIONS = {
  explicit_bucket_histogram: 'explicit',
  base2_exponential_bucket_histogram: 'exponential',
} as const;

const readResource = (env: Environment): Record<string, string> => {
  const name = variableOf('OTEL_SERVICE_NAME', env);
  return {
    ...readPairs(env.OTEL_RESOURCE_ATTRIBUTES ?? '', 'OTEL_RESOURCE_ATTRIBUTES'),
    ...(name !== null && { 'service.name': name.value }),
  };
};
