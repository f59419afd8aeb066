import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { createSecureContext } from 'node:tls';
import {
  invalidFile,
  messageOf,
  type Problem,
  readSettings,
  usageError,
} from '@livekit-swarm/settings';
import { namesOf, TLS_VERSIONS, type TlsVersion } from './tls-names.ts';
import { type WebConfigFile, webConfigFile } from './web-config-file.ts';
import { checkPair, type TlsSettings, tlsSettings, type WebSettings } from './web-settings.ts';

const MAX_FILE = 1 << 20;

/**
 * Read a web configuration file, and the files that it names. Their paths are relative to it.
 * @param onFile called with the path of each file before it is read
 * @throws SwarmError `invalid_file` with every fault of the file, or `usage` for other files
 */
export const readWebConfig = (file: string, onFile: (path: string) => void): WebSettings => {
  const read = (path: string, key: string): string => {
    const found = resolve(dirname(file), path);
    onFile(found);
    return readText(found, key);
  };
  onFile(resolve(file));
  const { value, problem } = readSettings(
    readText(resolve(file), '--web.config.file'),
    webConfigFile(),
    {
      file,
      noun: 'web configuration',
      begin: 'docs/exporter.md has one to begin with',
    },
  );
  const { http_server_config: http, basic_auth_users: users, rate_limit: limit } = value;
  const problems = contradictionsOf(value, problem);
  if (problems.length > 0) throw invalidFile(problems);
  const intervalMs = limit?.interval ?? 0;
  return {
    tls: readTls(value.tls_server_config, file, read),
    headers: Object.entries(http?.headers ?? {}).flatMap(([name, header]) =>
      header === undefined ? [] : [[name, header] as const],
    ),
    users: new Map(Object.entries(users ?? {})),
    rateLimit: intervalMs === 0 ? null : { intervalMs, burst: limit?.burst ?? 0 },
  };
};

/**
 * Read a text file.
 * @throws SwarmError `usage` that names its key
 */
export const readText = (path: string, key: string): string => {
  let bytes: Buffer;
  try {
    bytes = readFileSync(path);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    throw usageError(
      `${key}: ${path} cannot be read: ${code ?? message}`,
      'check the path and who may read it',
    );
  }
  if (bytes.length > MAX_FILE) throw usageError(`${key}: ${path} is too large`);
  return bytes.toString('utf8');
};

type Tls = NonNullable<WebConfigFile['tls_server_config']>;

/** Keys that each switch TLS on, so that a certificate is needed. */
const ENABLING = [
  ...(['cert', 'cert_file', 'key', 'key_file'] as const),
  ...(['client_ca', 'client_ca_file', 'client_auth_type'] as const),
] as const;

const isEnabled = (tls: Tls): boolean => ENABLING.some((key) => tls[key] !== undefined);

/** Find what contradicts itself in the section of TLS, by the rules of exporter-toolkit. */
const contradictionsOf = (
  { tls_server_config: tls }: WebConfigFile,
  problem: (path: string[], message: string, hint?: string | null) => Problem,
): Problem[] => {
  if (tls === null || tls === undefined) return [];
  const section = 'tls_server_config';
  const problems: Problem[] = [];
  const add = (key: string | null, message: string, hint: string): void =>
    void problems.push(problem(key === null ? [section] : [section, key], message, hint));
  for (const key of ['cert', 'key', 'client_ca'] as const) {
    if (tls[key] !== undefined && tls[`${key}_file`] !== undefined)
      add(key, `${key} and ${key}_file are both given`, `leave one of them out`);
  }
  for (const key of ['cert', 'key'] as const) {
    if (isEnabled(tls) && tls[key] === undefined && tls[`${key}_file`] === undefined)
      add(null, `${key}_file is missing`, `name the PEM file: ${key}_file: server.${key}`);
  }
  const auth = tls.client_auth_type ?? 'NoClientCert';
  const ca = (['client_ca', 'client_ca_file'] as const).find((key) => tls[key] !== undefined);
  if (ca !== undefined && auth === 'NoClientCert')
    add(
      ca,
      'is of no use without client certificates',
      'add client_auth_type: RequireAndVerifyClientCert',
    );
  if (
    tls.client_allowed_sans !== undefined &&
    !['RequireAnyClientCert', 'RequireClientCert', 'RequireAndVerifyClientCert'].includes(auth)
  )
    add(
      'client_allowed_sans',
      'needs client certificates',
      'add client_auth_type: RequireAndVerifyClientCert',
    );
  const { min, max } = versionsOf(tls);
  const order = namesOf(TLS_VERSIONS);
  if (order.indexOf(min) > order.indexOf(max))
    add('min_version', `${min} is newer than max_version, ${max}`, 'exchange them');
  return problems;
};

const versionsOf = ({ min_version, max_version }: Tls): { min: TlsVersion; max: TlsVersion } => ({
  min: min_version ?? 'TLS12',
  max: max_version ?? 'TLS13',
});

const readTls = (
  tls: WebConfigFile['tls_server_config'],
  file: string,
  read: (path: string, key: string) => string,
): TlsSettings | null => {
  if (tls === null || tls === undefined || !isEnabled(tls)) return null;
  const textOf = (key: 'cert' | 'key' | 'client_ca'): string | null => {
    const path = tls[`${key}_file`];
    return path === undefined ? (tls[key] ?? null) : read(path, `${file}: ${key}_file`);
  };
  const whereOf = (key: 'cert' | 'key'): string => tls[`${key}_file`] ?? `${key} of ${file}`;
  const [cert, key, clientCa] = [textOf('cert') ?? '', textOf('key') ?? '', textOf('client_ca')];
  checkPair(cert, key, `${whereOf('cert')} and ${whereOf('key')}`);
  if (clientCa !== null) checkAuthority(clientCa, tls.client_ca_file ?? `client_ca of ${file}`);
  const { min, max } = versionsOf(tls);
  return tlsSettings({
    cert,
    key,
    clientCa,
    clientAuth: tls.client_auth_type ?? 'NoClientCert',
    allowedSans: tls.client_allowed_sans ?? null,
    minVersion: min,
    maxVersion: max,
    cipherSuites: tls.cipher_suites ?? [],
    prefersOwnCiphers: tls.prefer_server_cipher_suites ?? true,
    curves: tls.curve_preferences ?? [],
  });
};

/** Check the certificates of a CA: OpenSSL would take a file without any as an empty list. */
const checkAuthority = (ca: string, where: string): void => {
  try {
    if (!ca.includes('-----BEGIN CERTIFICATE-----')) throw new Error('it holds no certificate');
    createSecureContext({ ca });
  } catch (error) {
    throw usageError(
      `client_ca_file: ${where}: ${messageOf(error)}`,
      'it must hold the certificates of the CA of your clients, PEM',
    );
  }
};
