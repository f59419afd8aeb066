import { readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { readingReason, type SecretReader } from '@livekit-swarm/host';
import {
  assertHostAllowed,
  type HostRules,
  hostOf,
  readHostRules,
  scopeOf,
} from '@livekit-swarm/livekit';
import {
  isUsageError,
  plainOf,
  readMapping,
  readSettings,
  readVariable,
  type Settings,
  usageError,
} from '@livekit-swarm/settings';
import { acceptedKeys } from '../api-key.ts';
import { agentsSettings } from '../sources/agents/config.ts';
import { clientsOptions } from '../sources/clients/config.ts';
import { meteringRules } from '../sources/lifecycle/metering/config.ts';
import { probeSettings } from '../sources/probes/config.ts';
import { sessionsOptions } from '../sources/sessions/config.ts';
import type { CertificateFiles } from '../web/open-web.ts';
import {
  checkSchedule,
  checkSessions,
  checkStreams,
  requireEnabledSource,
} from './check-settings.ts';
import { type ConfigFile, configFile } from './config-file.ts';
import type { ExporterSettings, SettingsFlags } from './exporter-settings.ts';
import { fingerprintsOf } from './fingerprints.ts';
import { type ListenAddress, parseListenAddress, parseWebListenAddress } from './listen-address.ts';
import { Secrets } from './live-secret.ts';
import { readTokens } from './read-token.ts';
import { checkUrl, readTarget, type Target } from './target.ts';

export const DEFAULT_LISTEN = ':9465';
/** Name of the target that LIVEKIT_URL defines. */
export const ENVIRONMENT_TARGET = 'livekit';
const MAX_FILE = 1 << 20;

const NOTHING: Settings<ConfigFile> = { value: {}, at: () => 'the environment' };

/**
 * Read the settings of an exporter, in rising order of precedence: defaults, file, environment,
 * flags.
 * @throws SwarmError `usage` with all faults of the file, or the first fault elsewhere
 */
export const loadSettings = async (
  flags: SettingsFlags,
  env: NodeJS.ProcessEnv,
): Promise<ExporterSettings> => {
  const { config } = flags;
  const text = config === undefined ? '' : await readText(config);
  const file = config === undefined ? NOTHING : readConfig(text, config);
  const reader: SecretReader = {
    env,
    dir: config === undefined ? process.cwd() : dirname(resolve(config)),
  };
  const { value } = file;
  const secrets = new Secrets(reader);
  const { folderSettings } = flags;
  const rules = readHostRules({ ...(folderSettings && { folderSettings }) }, env);
  const targets = await readTargets(file, reader, secrets, rules, folderSettings?.url ?? null);
  const probes = sectionOf(value.probes, config === undefined);
  const lifecycle = sectionOf(value.lifecycle, config === undefined);
  const clients = sectionOf(value.clients, config === undefined);
  // It asks the API twice for each room, and not every deployment has agents.
  const agents = sectionOf(value.agents, false);
  // Sessions are personal data: they are kept only if configured.
  const sessions = sectionOf(value.sessions, false);
  const settings: ExporterSettings = {
    listen: readListen(flags, value),
    publicListen: value.publicListen === undefined ? null : parseListenAddress(value.publicListen),
    tokens: await readTokens(flags, file, reader, secrets),
    secrets,
    web: readWebSource(flags, value, reader.dir),
    limits: {
      requests: value.limits?.requests ?? 128,
      requestTimeoutMs: value.limits?.requestTimeout ?? 15_000,
    },
    targets,
    probes: probes === null ? null : probeSettings(probes),
    lifecycle:
      lifecycle === null
        ? null
        : {
            intervalMs: lifecycle.interval ?? 15_000,
            metering: meteringRules(lifecycle.metering),
          },
    agents: agents === null ? null : agentsSettings(agents),
    clients: clients === null ? null : clientsOptions(clients, () => targets.flatMap(acceptedKeys)),
    sessions: sessions === null ? null : sessionsOptions(sessions, reader.dir),
    fingerprints: fingerprintsOf(
      config === undefined ? {} : plainOf(readMapping(text, fileKind(config))),
      targets,
    ),
  };
  checkSchedule(settings, file);
  checkStreams(settings, rules);
  requireEnabledSource(settings, config);
  checkSessions(settings, file);
  return settings;
};

export const readConfig = (text: string, file: string): Settings<ConfigFile> =>
  readSettings(text, configFile(), fileKind(file));

const fileKind = (file: string) => ({
  file,
  noun: 'configuration',
  begin: 'examples/exporter/exporter.yaml is one to begin with',
});

const readText = async (path: string): Promise<string> => {
  const bytes = await readFile(path).catch((error: unknown) => {
    throw usageError(
      `--config ${path}: cannot be read: ${readingReason(error)}`,
      'check the path and who may read it',
    );
  });
  // The YAML reader has a limit of its own; this one keeps a mistaken path from being read as text.
  if (bytes.length > MAX_FILE)
    throw usageError(`--config ${path}: is too large to be a configuration`);
  return bytes.toString('utf8');
};

/**
 * Section of a source, or null if the source is disabled. Without any file, all sources are
 * enabled.
 */
const sectionOf = <Section extends { enabled?: boolean | undefined }>(
  section: Section | undefined,
  noFile: boolean,
): Section | null => {
  if (section === undefined) return noFile ? ({} as Section) : null;
  return section.enabled === false ? null : section;
};

const readTargets = async (
  { value, at }: Settings<ConfigFile>,
  reader: SecretReader,
  secrets: Secrets,
  rules: HostRules,
  folderUrl: string | null,
): Promise<Target[]> => {
  const sections = Object.entries(value.targets ?? {});
  if (sections.length === 0) return environmentTarget(reader.env, rules, folderUrl);
  const targets: Target[] = [];
  for (const [name, section] of sections) {
    targets.push(
      await readTarget(name, section, (key) => at(['targets', name, key]), secrets, rules),
    );
  }
  return targets;
};

/**
 * Target of the environment; its URL may come from `swarm.yaml`, its key and secret may not.
 * @param folderUrl URL of `swarm.yaml`; null: none
 */
const environmentTarget = (
  env: NodeJS.ProcessEnv,
  rules: HostRules,
  folderUrl: string | null,
): Target[] => {
  const [given, apiKey, apiSecret] = ['LIVEKIT_URL', 'LIVEKIT_API_KEY', 'LIVEKIT_API_SECRET'].map(
    (name) => readVariable(env, name),
  );
  const apiUrl = readVariable(env, 'LIVEKIT_API_URL');
  if (given === undefined && folderUrl !== null) requireOwnDeployment(folderUrl, apiUrl);
  const url = given ?? folderUrl;
  if (url === null) return [];
  if (apiKey === undefined || apiSecret === undefined) {
    throw usageError(
      `${given === undefined ? 'swarm.yaml has a URL' : 'LIVEKIT_URL is set'}, but ${apiKey ? '' : 'LIVEKIT_API_KEY'}${apiKey || apiSecret ? '' : ' and '}${apiSecret ? '' : 'LIVEKIT_API_SECRET'} ${apiKey || apiSecret ? 'is' : 'are'} not`,
      'set them, or name targets in a file: --config FILE',
    );
  }
  const target = {
    name: ENVIRONMENT_TARGET,
    url: urlOfEnvironment(url),
    ...(apiUrl !== undefined && { apiUrl: urlOfEnvironment(apiUrl) }),
    apiKey,
    apiSecret,
  };
  for (const one of [target.url, target.apiUrl ?? target.url]) assertHostAllowed(one, rules);
  return [{ ...target, nodes: [], isAllowedUrl: () => false, redisUrl: null }];
};

/**
 * Check that a URL of `swarm.yaml` may get tokens of the key in the environment: a checkout must not
 * choose the server that receives them.
 * @throws SwarmError `usage`
 */
const requireOwnDeployment = (url: string, apiUrl: string | undefined): void => {
  const host = hostOf(url);
  if (scopeOf(host) === 'public')
    throw usageError(
      `${host} is named by swarm.yaml only, and probes on a public server with your key need a confirmation`,
      `set LIVEKIT_URL=${url}, or name the deployment in a file: --config FILE`,
    );
  if (apiUrl !== undefined && hostOf(urlOfEnvironment(apiUrl)) !== host)
    throw usageError(
      `url of swarm.yaml is on ${host}, and LIVEKIT_API_URL on ${hostOf(apiUrl)}: these may be two deployments`,
      'set LIVEKIT_URL, or unset LIVEKIT_API_URL',
    );
};

/**
 * Check a URL from the environment.
 * @throws SwarmError `usage` that names the origin of the URL
 */
const urlOfEnvironment = (url: string): string => {
  try {
    return checkUrl(url);
  } catch (error) {
    throw isUsageError(error) ? usageError(`LIVEKIT_URL: ${error.message}`, error.hint) : error;
  }
};

/** Read the addresses: those of one flag, else that of the file, else the default. */
const readListen = (
  { listen, webListenAddress = [] }: SettingsFlags,
  file: ConfigFile,
): readonly ListenAddress[] => {
  if (webListenAddress.length === 0)
    return [parseListenAddress(listen ?? file.listen ?? DEFAULT_LISTEN)];
  if (listen !== undefined)
    throw usageError(
      '--listen and --web.listen-address name the same thing',
      'give one of them: :9465 is loopback for --listen, and every interface for --web.listen-address',
    );
  return webListenAddress.map(parseWebListenAddress);
};

const readWebSource = (
  flags: SettingsFlags,
  file: ConfigFile,
  dir: string,
): ExporterSettings['web'] => {
  const tls = readTls(flags, file, dir);
  const { webConfigFile } = flags;
  if (webConfigFile === undefined) return tls === null ? null : { tls };
  if (tls !== null)
    throw usageError(
      '--web.config.file names certificates itself',
      'leave --tls-cert, --tls-key and tls: out',
    );
  return { file: webConfigFile };
};

const readTls = (
  { tlsCert, tlsKey }: SettingsFlags,
  { tls }: ConfigFile,
  dir: string,
): CertificateFiles | null => {
  const cert = tlsCert ?? (tls === undefined ? undefined : resolve(dir, tls.cert));
  const key = tlsKey ?? (tls === undefined ? undefined : resolve(dir, tls.key));
  if (cert === undefined && key === undefined) return null;
  if (cert !== undefined && key !== undefined) return { cert, key };
  throw usageError(
    `--tls-${cert === undefined ? 'key' : 'cert'} needs --tls-${cert === undefined ? 'cert' : 'key'}`,
    'give both',
  );
};
