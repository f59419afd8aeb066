import { existsSync, statSync } from 'node:fs';
import { basename } from 'node:path';
import { MIN_CPU, MIN_MEMORY } from '@livekit-swarm/host';
import {
  DEFAULT_LIVEKIT_VERSION,
  LIVEKIT_VERSIONS,
  type LiveKitConfig,
  type LiveKitVersion,
  mergeConfig,
  readLiveKitConfig,
} from '@livekit-swarm/lab';
import { parseMemory, usageError, withoutSecrets } from '@livekit-swarm/settings';
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
  /** Limit of memory, bytes. */
  memoryBytes: number | null;
  /** Keys of the configuration files that are not used. */
  leftOut: string[];
}

const HINT = `write ${SERVER_GRAMMAR}, with a version (${PINNED_VERSIONS}), the path of a livekit-server, or +CONFIG alone: ${SERVER_EXAMPLES}`;

/**
 * Reads `[NAME=]VERSION|PATH[+CONFIG][@cpu=N][@memory=SIZE]`: VERSION is a pinned release, PATH a livekit-server, each CONFIG a livekit.yaml that is merged over the
 * lab's configuration, N a number of cores, and SIZE an amount of memory. `+CONFIG` alone stands for the default version with this configuration.
 * @throws SwarmError `usage`; SwarmError for a configuration that cannot be read
 */
export const parseServerSpec = (text: string): ServerSpec => {
  refuseUrl(text);
  const { rest: withName, cpuCores, memoryBytes } = cutLimits(text);
  const { rest, name } = cutName(withName);
  const [first = '', ...configFiles] = existsSync(rest)
    ? [rest]
    : rest.split('+').map((part) => part.trim());
  const { version, serverPath } = readServer(first, configFiles.length > 0, text);
  const configs = configFiles.map((file) => readConfig(file, text));
  return {
    name: name ?? nameOf(first === '' ? version : first, configFiles, { cpuCores, memoryBytes }),
    version,
    serverPath,
    configFiles,
    config:
      configs.length === 0
        ? null
        : configs.reduce((merged, { config }) => mergeConfig(merged, config), {} as LiveKitConfig),
    cpuCores,
    memoryBytes,
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

type Limits = Pick<ServerSpec, 'cpuCores' | 'memoryBytes'>;

/** Cuts the limits off, the last one first. */
const cutLimits = (text: string): Limits & { rest: string } => {
  let rest = text;
  const limits: Limits = { cpuCores: null, memoryBytes: null };
  for (;;) {
    const [, before, key, said = ''] = /^(.*)@([a-z]+)=([^@/]*)$/.exec(rest) ?? [];
    if (before === undefined || key === undefined || existsSync(rest)) return { ...limits, rest };
    if (key === 'cpu') limits.cpuCores ??= readCores(said, text);
    else if (key === 'memory') limits.memoryBytes ??= readMemory(said, text);
    else
      throw usageError(
        `--server ${text}: there is no @${key}`,
        'there are @cpu=0.5, half a core, and @memory=500MB',
      );
    rest = before;
  }
};

const readCores = (said: string, text: string): number => {
  const cores = /^\d*\.?\d+$/.test(said) ? Number(said) : Number.NaN;
  if (cores >= MIN_CPU) return cores;
  throw usageError(
    `--server ${text}: @cpu=${said} is not a number of cores`,
    `write @cpu=0.5 for half a core; ${MIN_CPU} is the least`,
  );
};

const readMemory = (said: string, text: string): number => {
  const bytes = parseMemory(said);
  if (bytes !== null && bytes >= MIN_MEMORY) return bytes;
  throw usageError(
    `--server ${text}: @memory=${said} is not an amount of memory`,
    `write ${DEFAULT_LIVEKIT_VERSION}@memory=500MB; ${MIN_MEMORY / 1e6}MB is the least`,
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
const nameOf = (first: string, more: readonly string[], limits: Limits): string =>
  `${[first, ...more].map((part) => basename(part)).join('+')}${limitsText(limits)}`;

/** Description of a server under test: its version or path, configurations and limits, whatever its name is. */
export const describeServer = ({
  version,
  serverPath,
  configFiles,
  ...limits
}: ServerSpec): string =>
  `${[serverPath ?? `livekit-server ${version}`, ...configFiles].join('+')}${limitsText(limits)}`;

const limitsText = ({ cpuCores, memoryBytes }: Limits): string =>
  `${cpuCores === null ? '' : `@cpu=${cpuCores}`}${memoryBytes === null ? '' : `@memory=${memoryBytes / 1e6}MB`}`;
