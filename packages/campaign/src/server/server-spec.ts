import { existsSync, statSync } from 'node:fs';
import { basename } from 'node:path';
import { MIN_CPU } from '@livekit-swarm/host';
import {
  DEFAULT_LIVEKIT_VERSION,
  LIVEKIT_VERSIONS,
  type LiveKitConfig,
  type LiveKitVersion,
  mergeConfig,
  readLiveKitConfig,
} from '@livekit-swarm/lab';
import { usageError, withoutSecrets } from '@livekit-swarm/settings';
import { PINNED_VERSIONS, SERVER_EXAMPLES, SERVER_GRAMMAR } from './grammar.ts';

/** A server under test, as `--server` states it. */
export interface ServerSpec {
  /** Name in results: as given, or the text as typed, without folders. */
  name: string;
  /** Pinned release; unused where a binary is given. */
  version: LiveKitVersion;
  /** Binary of the user; null: the pinned release. */
  serverPath: string | null;
  /** Files whose settings are in `config`. */
  configFiles: string[];
  /** Configuration that overrides the lab's. */
  config: LiveKitConfig | null;
  /** Limit of CPU, cores. */
  cpuCores: number | null;
  /** Keys of the configuration files that are not used. */
  leftOut: string[];
}

const HINT = `write ${SERVER_GRAMMAR}, with a version (${PINNED_VERSIONS}), the path of a livekit-server, or +CONFIG alone: ${SERVER_EXAMPLES}`;

/**
 * Reads `[NAME=]VERSION|PATH[+CONFIG][@cpu=N]`: VERSION is a pinned release, PATH a livekit-server, each CONFIG a livekit.yaml that is merged over the
 * lab's configuration, and N a number of cores. `+CONFIG` alone stands for the default version with this configuration.
 * @throws SwarmError `usage`; SwarmError for a configuration that cannot be read
 */
export const parseServerSpec = (text: string): ServerSpec => {
  refuseUrl(text);
  const { rest: withName, cpuCores } = cutCpu(text);
  const { rest, name } = cutName(withName);
  const [first = '', ...configFiles] = existsSync(rest)
    ? [rest]
    : rest.split('+').map((part) => part.trim());
  const { version, serverPath } = readServer(first, configFiles.length > 0, text);
  const configs = configFiles.map((file) => readConfig(file, text));
  return {
    name: name ?? nameOf(first === '' ? version : first, configFiles, cpuCores),
    version,
    serverPath,
    configFiles,
    config:
      configs.length === 0
        ? null
        : configs.reduce((merged, { config }) => mergeConfig(merged, config), {} as LiveKitConfig),
    cpuCores,
    leftOut: configs.flatMap(({ leftOut }) => leftOut),
  };
};

/** Refuses a URL before its parts are read, because messages about these would show its secrets. */
const refuseUrl = (text: string): void => {
  const [, typed] = /^(?:[^/=]*=)?([a-z][a-z0-9+.-]*:\/\/.*)$/i.exec(text) ?? [];
  if (typed === undefined) return;
  const url = withoutSecrets(typed);
  throw usageError(
    `--server ${url}: names a server that runs already, but --server starts one on this host`,
    `load a server that runs with --url ${url} (run, capacity, soak), or ${HINT}`,
  );
};

const cutCpu = (text: string): { rest: string; cpuCores: number | null } => {
  const [, rest = text, key, said = ''] = /^(.*)@([a-z]+)=([^@/]*)$/.exec(text) ?? [];
  if (key === undefined || existsSync(text)) return { rest: text, cpuCores: null };
  if (key !== 'cpu')
    throw usageError(`--server ${text}: there is no @${key}`, 'there is @cpu=0.5: half a core');
  const cores = /^\d*\.?\d+$/.test(said) ? Number(said) : Number.NaN;
  if (cores >= MIN_CPU) return { rest, cpuCores: cores };
  throw usageError(
    `--server ${text}: @cpu=${said} is not a number of cores`,
    `write @cpu=0.5 for half a core; ${MIN_CPU} is the least`,
  );
};

const cutName = (text: string): { rest: string; name: string | null } => {
  const cut = text.indexOf('=');
  if (cut < 0 || existsSync(text)) return { rest: text, name: null };
  const name = text.slice(0, cut).trim();
  if (name === '' || /[/\\]/.test(name))
    throw usageError(
      `--server ${text}: "${name}" is not a name for a server`,
      'before = stands a name without slashes: new=./livekit-server',
    );
  return { rest: text.slice(cut + 1), name };
};

const readServer = (
  first: string,
  hasConfig: boolean,
  text: string,
): Pick<ServerSpec, 'version' | 'serverPath'> => {
  const version = LIVEKIT_VERSIONS.find((known) => known === first.replace(/^v/, ''));
  if (version !== undefined) return { version, serverPath: null };
  if (first === '' && hasConfig) return { version: DEFAULT_LIVEKIT_VERSION, serverPath: null };
  if (first === '') throw usageError(`--server ${text}: names no server`, HINT);
  if (/^v?\d+\.\d+(\.\d+)?$/.test(first) && !existsSync(first))
    throw usageError(
      `--server ${text}: version ${first} is not pinned here`,
      `pinned versions: ${PINNED_VERSIONS}; for another one, give the path of its binary: ./livekit-server`,
    );
  if (!existsSync(first)) throw usageError(`--server ${text}: there is no ${first}`, HINT);
  if (statSync(first).isDirectory())
    throw usageError(
      `--server ${text}: ${first} is a folder`,
      `name the program in it: ${first.replace(/\/+$/, '')}/livekit-server`,
    );
  if (isConfig(first))
    throw usageError(
      `--server ${text}: ${first} is a configuration, not a livekit-server`,
      `write +${first} for the default version with this configuration, or ${DEFAULT_LIVEKIT_VERSION}+${first}`,
    );
  return { version: DEFAULT_LIVEKIT_VERSION, serverPath: first };
};

const readConfig = (file: string, text: string): ReturnType<typeof readLiveKitConfig> => {
  if (isConfig(file)) return readLiveKitConfig(file);
  throw usageError(
    `--server ${text}: "${file}" is not a configuration file`,
    'write a .yaml file after the +: 1.13.4+livekit.yaml',
  );
};

const isConfig = (file: string): boolean => /\.ya?ml$/i.test(file);

/** Default name of a server, with the last part of each path. */
const nameOf = (first: string, more: readonly string[], cpuCores: number | null): string =>
  `${[first, ...more].map((part) => basename(part)).join('+')}${cpuText(cpuCores)}`;

/** Description of a server under test: its version or path, configurations and limit, whatever its name is. */
export const describeServer = ({
  version,
  serverPath,
  configFiles,
  cpuCores,
}: ServerSpec): string =>
  `${[serverPath ?? `livekit-server ${version}`, ...configFiles].join('+')}${cpuText(cpuCores)}`;

const cpuText = (cpuCores: number | null): string => (cpuCores === null ? '' : `@cpu=${cpuCores}`);
