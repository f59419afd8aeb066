import { readVariable, usageError, withoutSecrets } from '@livekit-swarm/settings';
import {
  basicAuth,
  type Endpoint,
  readHeaders,
  readTlsFile,
  readUrl,
  type TlsFiles,
} from '../delivery/endpoint.ts';
import { readDuration } from '../read-duration.ts';

export interface RemoteWriteSettings {
  endpoint: Endpoint;
  intervalMs: number;
}

type Environment = Readonly<Record<string, string | undefined>>;

const PREFIX = 'SWARM_PROMETHEUS_RW_';
const EXAMPLE = '--out prometheus-rw=http://localhost:9090/api/v1/write';
const TIMEOUT_MS = 10_000;
const INTERVAL = { fromMs: 1_000, toMs: 3_600_000, initialMs: 5_000 };

/**
 * Reads the settings of remote write from variables named as k6's, with SWARM_ for K6_.
 * @throws SwarmError `usage`; the message contains no secret
 */
export const readRemoteWriteSettings = (
  text: string | null,
  env: Environment,
): RemoteWriteSettings => {
  const read = (name: string): string | undefined => readVariable(env, PREFIX + name)?.trim();
  if (text === null) throw usageError('--out prometheus-rw: names no URL', `write ${EXAMPLE}`);
  const { url, headers } = readUrl(text, '--out prometheus-rw', EXAMPLE);
  const shown = withoutSecrets(url.href);
  if (url.pathname === '/')
    throw usageError(
      `--out prometheus-rw: ${shown} has no path`,
      `Prometheus receives at ${shown.replace(/\/$/, '')}/api/v1/write, with --web.enable-remote-write-receiver`,
    );
  const credentials = readCredentials(read);
  if (credentials !== null && headers.authorization !== undefined)
    throw usageError(
      `--out prometheus-rw: the URL has a user, and ${credentials.variable} is set`,
      'use one of them',
    );
  return {
    endpoint: {
      url,
      shown,
      headers: {
        ...readHeaders(read('HEADERS') ?? '', `${PREFIX}HEADERS`),
        ...headers,
        ...credentials?.headers,
      },
      tls: readTls(read),
      timeoutMs: TIMEOUT_MS,
      compression: 'none',
    },
    intervalMs: readDuration(`${PREFIX}PUSH_INTERVAL`, read('PUSH_INTERVAL'), INTERVAL),
  };
};

type Read = (name: string) => string | undefined;

const readCredentials = (
  read: Read,
): { variable: string; headers: Record<string, string> } | null => {
  const [token, user, password] = [read('BEARER_TOKEN'), read('USERNAME'), read('PASSWORD')];
  if (token !== undefined && (user !== undefined || password !== undefined))
    throw usageError(
      `${PREFIX}BEARER_TOKEN and ${PREFIX}${user === undefined ? 'PASSWORD' : 'USERNAME'}: these are two ways to authenticate`,
      'unset one of them',
    );
  if (token !== undefined) {
    const variable = `${PREFIX}BEARER_TOKEN`;
    if (!/^[\x21-\x7e]+$/.test(token))
      throw usageError(`${variable}: cannot be sent in a header`, 'check how it was copied');
    return { variable, headers: { authorization: `Bearer ${token}` } };
  }
  if (user === undefined && password === undefined) return null;
  if (user === undefined || password === undefined)
    throw usageError(
      `${PREFIX}${user === undefined ? 'USERNAME' : 'PASSWORD'} is missing`,
      `set both, ${PREFIX}USERNAME and ${PREFIX}PASSWORD`,
    );
  return { variable: `${PREFIX}USERNAME`, headers: basicAuth(user, password) };
};

const readTls = (read: Read): TlsFiles => {
  const fileOf = (name: string): Buffer | undefined => {
    const path = read(name);
    return path === undefined ? undefined : readTlsFile(path, PREFIX + name);
  };
  const [ca, cert, key] = [
    fileOf('CERTIFICATE'),
    fileOf('CLIENT_CERTIFICATE'),
    fileOf('CLIENT_KEY'),
  ];
  return { ...(ca && { ca }), ...(cert && { cert }), ...(key && { key }) };
};
