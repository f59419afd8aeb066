import { readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { UsageError } from '@livekit-swarm/core';
import { nearest, type Path, readSettings, type Settings } from '@livekit-swarm/core/settings';
import type { ClientsOptions } from '../sources/clients/clients-options.ts';
import { clientsOptions } from '../sources/clients/config.ts';
import { type ProbeSettings, probeSettings } from '../sources/probes/config.ts';
import { type ConfigFile, configFile } from './config-file.ts';
import { type ListenAddress, parseListenAddress } from './listen-address.ts';
import { readSecret, type SecretReader } from './secret.ts';
import { checkUrl, readTarget, type Target } from './target.ts';

/** Everything an exporter must know. */
export interface ExporterSettings {
  listen: ListenAddress;
  /** Asked of everybody; null: nobody is asked. */
  token: string | null;
  /** Paths of PEM files. */
  tls: { cert: string; key: string } | null;
  limits: { requests: number; requestTimeoutMs: number };
  targets: readonly Target[];
  /** Null: off; the same of every source. */
  probes: ProbeSettings | null;
  lifecycle: { everyMs: number } | null;
  clients: ClientsOptions | null;
}

/** What goes before the file: flags, or the environment behind them (`SWARM_EXPORTER_LISTEN`, …). */
export interface SettingsFlags {
  config?: string;
  listen?: string;
  tokenFile?: string;
  tlsCert?: string;
  tlsKey?: string;
}

export const DEFAULT_LISTEN = ':9465';
/** The target that LIVEKIT_URL names. */
export const ENVIRONMENT_TARGET = 'livekit';
const MAX_FILE = 1 << 20;

const NOTHING: Settings<ConfigFile> = { value: {}, at: () => 'the environment' };

/**
 * Reads what an exporter is to do: defaults < file < environment < flags.
 * @throws UsageError with everything that is wrong in the file, or the first thing that is wrong elsewhere
 */
export const loadSettings = async (flags: SettingsFlags, env: NodeJS.ProcessEnv): Promise<ExporterSettings> => {
  const { config } = flags;
  const file = config === undefined ? NOTHING : readConfig(await readText(config), config);
  const reader: SecretReader = { env, dir: config === undefined ? process.cwd() : dirname(resolve(config)) };
  const { value } = file;
  const targets = await readTargets(file, reader);
  const probes = sectionOf(value.probes, config === undefined);
  const lifecycle = sectionOf(value.lifecycle, config === undefined);
  const clients = sectionOf(value.clients, config === undefined);
  const settings: ExporterSettings = {
    listen: parseListenAddress(flags.listen ?? value.listen ?? DEFAULT_LISTEN),
    token: await readToken(flags, file, reader),
    tls: readTls(flags, value, reader.dir),
    limits: {
      requests: value.limits?.requests ?? 128,
      requestTimeoutMs: value.limits?.requestTimeout ?? 15_000,
    },
    targets,
    probes: probes === null ? null : probeSettings(probes),
    lifecycle: lifecycle === null ? null : { everyMs: lifecycle.every ?? 15_000 },
    clients: clients === null ? null : clientsOptions(clients, targets),
  };
  checkSchedule(settings, file);
  checkUseful(settings, config);
  return settings;
};

export const readConfig = (text: string, file: string): Settings<ConfigFile> =>
  readSettings(text, configFile(), {
    file,
    noun: 'configuration',
    begin: 'examples/exporter/exporter.yaml is one to begin with',
  });

const readText = async (path: string): Promise<string> => {
  const bytes = await readFile(path).catch((error: NodeJS.ErrnoException) => {
    throw new UsageError(
      `--config ${path}: cannot be read: ${error.code ?? error.message}`,
      'check the path and who may read it',
    );
  });
  // How much of it is read as YAML has a limit of its own; this one keeps a mistaken path from being turned into text.
  if (bytes.length > MAX_FILE) throw new UsageError(`--config ${path}: is too large to be a configuration`);
  return bytes.toString('utf8');
};

/** A section that is not there is off; where there is no file at all, everything that can be on is. */
const sectionOf = <Section extends { enabled?: boolean | undefined }>(
  section: Section | undefined,
  noFile: boolean,
): Section | null => {
  if (section === undefined) return noFile ? ({} as Section) : null;
  return section.enabled === false ? null : section;
};

const readTargets = async ({ value, at }: Settings<ConfigFile>, reader: SecretReader): Promise<Target[]> => {
  const sections = Object.entries(value.targets ?? {});
  if (sections.length === 0) return environmentTarget(reader.env);
  const targets: Target[] = [];
  for (const [name, section] of sections) {
    targets.push(await readTarget(name, section, (key) => at(['targets', name, key]), reader));
  }
  return targets;
};

const environmentTarget = ({
  LIVEKIT_URL: url,
  LIVEKIT_API_KEY: apiKey,
  LIVEKIT_API_SECRET: apiSecret,
}: NodeJS.ProcessEnv): Target[] => {
  if (url === undefined || url === '') return [];
  if (!apiKey || !apiSecret) {
    throw new UsageError(
      `LIVEKIT_URL is set, but ${apiKey ? '' : 'LIVEKIT_API_KEY'}${apiKey || apiSecret ? '' : ' and '}${apiSecret ? '' : 'LIVEKIT_API_SECRET'} ${apiKey || apiSecret ? 'is' : 'are'} not`,
      'set them, or name targets in a file: --config FILE',
    );
  }
  const target = { name: ENVIRONMENT_TARGET, url: checkUrl(url), apiKey, apiSecret };
  return [{ ...target, nodes: [], isAlsoAt: () => false, redisUrl: null }];
};

const readToken = async (
  flags: SettingsFlags,
  { value, at }: Settings<ConfigFile>,
  reader: SecretReader,
): Promise<string | null> => {
  const fromEnv = reader.env.SWARM_EXPORTER_TOKEN?.trim() ?? '';
  const { tokenFile } = flags;
  if (tokenFile !== undefined) {
    return checkToken(await readSecret({ file: tokenFile }, '--token-file', { ...reader, dir: process.cwd() }), '--token-file');
  }
  if (fromEnv !== '') return checkToken(fromEnv, 'SWARM_EXPORTER_TOKEN');
  const where = `${at(['token'])}: token`;
  return value.token === undefined ? null : checkToken(await readSecret(value.token, where, reader), where);
};

/** What can stand behind "Bearer" (RFC 6750 §2.1): nobody could ever give another one. */
const checkToken = (token: string, where: string): string => {
  if (/^[A-Za-z0-9._~+/-]+=*$/.test(token)) return token;
  throw new UsageError(`${where}: a token may hold letters, digits and . _ ~ + / - only`, 'make one with: openssl rand -hex 32');
};

const readTls = ({ tlsCert, tlsKey }: SettingsFlags, { tls }: ConfigFile, dir: string): ExporterSettings['tls'] => {
  const cert = tlsCert ?? (tls === undefined ? undefined : resolve(dir, tls.cert));
  const key = tlsKey ?? (tls === undefined ? undefined : resolve(dir, tls.key));
  if (cert === undefined && key === undefined) return null;
  if (cert !== undefined && key !== undefined) return { cert, key };
  throw new UsageError(
    `--tls-${cert === undefined ? 'key' : 'cert'} needs --tls-${cert === undefined ? 'cert' : 'key'}`,
    'give both',
  );
};

/** What is scheduled must be there. */
const checkSchedule = ({ probes, targets }: ExporterSettings, { at }: Settings<ConfigFile>): void => {
  const names = targets.map(({ name }) => name);
  for (const [index, { target, module }] of (probes?.schedule ?? []).entries()) {
    const check = (key: string, what: string, given: string, known: readonly string[]): void => {
      if (known.includes(given)) return;
      const path: Path = ['probes', 'schedule', index, key];
      const meant = nearest(given, known);
      throw new UsageError(
        `${at(path)}: probes.schedule[${index}].${key}: there is no ${what} "${given}"`,
        meant === null ? `there are ${known.join(', ') || 'none'}` : `did you mean ${meant}?`,
      );
    };
    check('target', 'target', target, names);
    check('module', 'module', module, [...(probes?.modules.keys() ?? [])]);
  }
};

const checkUseful = ({ probes, lifecycle, clients, targets }: ExporterSettings, config: string | undefined): void => {
  if (config === undefined && targets.length === 0) {
    throw new UsageError(
      'there is nothing to export: no deployment is named',
      'set LIVEKIT_URL, LIVEKIT_API_KEY and LIVEKIT_API_SECRET, or give a file: swarm exporter --config FILE',
    );
  }
  if (probes === null && lifecycle === null && clients === null) {
    throw new UsageError(`${config}: no source is on`, 'add a section: probes: {}, lifecycle: {} or clients: {}');
  }
  if (clients !== null && targets.length === 0) {
    throw new UsageError(
      `${config}: clients need a target, whose keys their tokens are signed with`,
      'name one under targets, or set LIVEKIT_URL, LIVEKIT_API_KEY and LIVEKIT_API_SECRET',
    );
  }
  if (probes !== null && targets.length === 0) {
    throw new UsageError(
      `${config}: probes need a target`,
      'name one under targets, or set LIVEKIT_URL, LIVEKIT_API_KEY and LIVEKIT_API_SECRET',
    );
  }
};
