import { suggest, usageError, withoutSecrets } from '@livekit-swarm/settings';
import {
  type Endpoint,
  readHeaders,
  readPairs,
  readTlsFile,
  readUrl,
  type TlsFiles,
} from '../delivery/endpoint.ts';

/** Settings that the exporters of all signals have. */
export interface OtlpExporter {
  endpoint: Endpoint;
  encoding: 'protobuf' | 'json';
  /** Resource attributes of the user, without those of the product. */
  resource: Readonly<Record<string, string>>;
}

export type Environment = Readonly<Record<string, string | undefined>>;

/** Kind of telemetry, and the output of `--out` that sends it. */
export type Signal = 'metrics' | 'traces';
const OUTPUTS = { metrics: 'otlp', traces: 'otlp-traces' } as const;

const EXAMPLE = 'http://localhost:4318';
const TIMEOUT_MS = 10_000;

/**
 * Reads the settings of an OTLP exporter as OpenTelemetry specifies them (OTEL_EXPORTER_OTLP_*,
 * each also as OTEL_EXPORTER_OTLP_METRICS_* or OTEL_EXPORTER_OTLP_TRACES_*, which takes precedence;
 * an empty variable counts as not set). Unlike an SDK, it refuses settings that it cannot follow: a
 * run whose telemetry went nowhere would be noticed too late.
 * @param url URL of the flag; it replaces OTEL_EXPORTER_OTLP_ENDPOINT and has precedence over all
 * variables
 * @throws SwarmError `usage`; the message contains no secret
 */
export const readOtlpExporter = (
  signal: Signal,
  url: string | null,
  env: Environment,
): OtlpExporter => {
  const read = (name: string): Setting | null =>
    ownSetting(signal, name, env) ?? variableOf(`OTEL_EXPORTER_OTLP_${name}`, env);
  const target = readTarget(signal, url, env);
  return {
    endpoint: {
      url: target.url,
      shown: withoutSecrets(target.url.href),
      // Both variables count; the specific one takes precedence key by key.
      headers: {
        ...headersOf('OTEL_EXPORTER_OTLP_HEADERS', env),
        ...headersOf(ownVariable(signal, 'HEADERS'), env),
        ...target.headers,
      },
      tls: readTls(read),
      timeoutMs: readCount(read('TIMEOUT'), MS) ?? TIMEOUT_MS,
      compression: readChoice(read('COMPRESSION'), COMPRESSIONS) ?? 'none',
    },
    encoding: readChoice(read('PROTOCOL'), PROTOCOLS) ?? 'protobuf',
    resource: readResource(env),
  };
};

const ownVariable = (signal: Signal, name: string): string =>
  `OTEL_EXPORTER_OTLP_${signal.toUpperCase()}_${name}`;

/** Setting of one signal, without the one of all signals. */
export const ownSetting = (signal: Signal, name: string, env: Environment): Setting | null =>
  variableOf(ownVariable(signal, name), env);

export interface Setting {
  variable: string;
  value: string;
}

export const variableOf = (variable: string, env: Environment): Setting | null => {
  const value = env[variable]?.trim() ?? '';
  return value === '' ? null : { variable, value };
};

/**
 * Reads the URL. The path is appended to the endpoint of all signals, but not to that of one.
 */
const readTarget = (
  signal: Signal,
  flag: string | null,
  env: Environment,
): ReturnType<typeof readUrl> => {
  const path = `v1/${signal}`;
  const output = `--out ${OUTPUTS[signal]}`;
  if (flag !== null) return withPath(readUrl(flag, output, `${output}=${EXAMPLE}`), path);
  const own = ownSetting(signal, 'ENDPOINT', env);
  if (own !== null) return readUrl(own.value, own.variable, `${EXAMPLE}/${path}`);
  const variable = 'OTEL_EXPORTER_OTLP_ENDPOINT';
  const common = variableOf(variable, env);
  return withPath(readUrl(common?.value ?? EXAMPLE, variable, EXAMPLE), path);
};

const withPath = (target: ReturnType<typeof readUrl>, path: string): ReturnType<typeof readUrl> => {
  const { url } = target;
  // A copied full address already has the path.
  if (!url.pathname.endsWith(`/${path}`))
    url.pathname = `${url.pathname.replace(/\/$/, '')}/${path}`;
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

/** Range of a whole number, and an example with its meaning. */
interface Range {
  unit: string;
  to: number;
  example: string;
}
export const MS: Range = {
  unit: 'milliseconds',
  to: 3_600_000,
  example: 'write 5000 for five seconds',
};

/** @throws SwarmError `usage` for anything but a whole number from 1 to the end of the range */
export const readCount = (setting: Setting | null, { unit, to, example }: Range): number | null => {
  if (setting === null) return null;
  const { variable, value } = setting;
  const number = /^\d+$/.test(value) ? Number(value) : Number.NaN;
  if (number >= 1 && number <= to) return number;
  throw usageError(
    `${variable}=${value}: must be a whole number of ${unit} from 1 to ${to}`,
    example,
  );
};

/** @throws SwarmError `usage` for a value that is not among the choices */
export const readChoice = <T>(
  setting: Setting | null,
  choices: Readonly<Record<string, T>>,
): T | null => {
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

const readResource = (env: Environment): Record<string, string> => {
  const name = variableOf('OTEL_SERVICE_NAME', env);
  return {
    ...readPairs(env.OTEL_RESOURCE_ATTRIBUTES ?? '', 'OTEL_RESOURCE_ATTRIBUTES'),
    ...(name !== null && { 'service.name': name.value }),
  };
};
