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
import { usageError } from '@livekit-swarm/settings';

/** A server to be tested, as `--server` states it. */
export interface ServerSpec {
  /** Name for display: as given, or the text as typed. */
  name: string;
  /** Pinned release; unused where a binary is given. */
  version: LiveKitVersion;
  /** Binary of the user. */
  serverPath: string | null;
  /** Configuration that overrides the lab's. */
  config: LiveKitConfig | null;
  /** Limit of CPU, cores. */
  cpuCores: number | null;
  /** Keys of the configuration files that are not used. */
  leftOut: string[];
}

const HINT = `write a version (${LIVEKIT_VERSIONS.join(', ')}), the path of a livekit-server, or its configuration: 1.13.4+livekit.yaml, new=./livekit-server, 1.13.4@cpu=0.5`;

/**
 * Reads `[NAME=]SERVER[+CONFIG.yaml …][@cpu=CORES]`: SERVER is a pinned version, the path of a binary, or left out before a configuration (then the default
 * version runs with it).
 * @throws SwarmError `usage`; SwarmError for a configuration that cannot be read
 */
export const parseServerSpec = (text: string): ServerSpec => {
  const { rest: withName, cpuCores } = cutCpu(text);
  const { rest, name } = cutName(withName);
  const [first = '', ...more] = existsSync(rest)
    ? [rest]
    : rest.split('+').map((part) => part.trim());
  const server = readServer(first, text);
  const files = [...(server.configFile === null ? [] : [server.configFile]), ...more];
  const configs = files.map((file) => {
    if (!isConfig(file))
      throw usageError(
        `--server ${text}: "${file}" is not a configuration file`,
        'after + comes a .yaml file',
      );
    return readLiveKitConfig(file);
  });
  return {
    name: name ?? nameOf(first, more, cpuCores),
    version: server.version,
    serverPath: server.path,
    config:
      configs.length === 0
        ? null
        : configs.reduce((merged, { config }) => mergeConfig(merged, config), {} as LiveKitConfig),
    cpuCores,
    leftOut: configs.flatMap(({ leftOut }) => leftOut),
  };
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
    `write 0.5 for half a core; ${MIN_CPU} is the least`,
  );
};

const cutName = (text: string): { rest: string; name: string | null } => {
  const cut = text.indexOf('=');
  if (cut < 0 || existsSync(text)) return { rest: text, name: null };
  const name = text.slice(0, cut).trim();
  if (name === '' || /[/\\]/.test(name))
    throw usageError(`--server ${text}: what is the name of this server?`, HINT);
  return { rest: text.slice(cut + 1), name };
};

const readServer = (
  first: string,
  text: string,
): { version: LiveKitVersion; path: string | null; configFile: string | null } => {
  const version = LIVEKIT_VERSIONS.find((known) => known === first.replace(/^v/, ''));
  if (version !== undefined) return { version, path: null, configFile: null };
  if (first === '') throw usageError(`--server ${text}: names no server`, HINT);
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(first)) {
    throw usageError(
      `--server ${text}: only servers that swarm starts can be compared, not one that is running`,
      HINT,
    );
  }
  if (/^v?\d+\.\d+(\.\d+)?$/.test(first) && !existsSync(first)) {
    throw usageError(
      `--server ${text}: version ${first} is not pinned here`,
      `pinned are ${LIVEKIT_VERSIONS.join(', ')}; any other by the path of its binary`,
    );
  }
  if (!existsSync(first)) throw usageError(`--server ${text}: there is no ${first}`, HINT);
  if (statSync(first).isDirectory())
    throw usageError(`--server ${text}: ${first} is a folder`, HINT);
  return isConfig(first)
    ? { version: DEFAULT_LIVEKIT_VERSION, path: null, configFile: first }
    : { version: DEFAULT_LIVEKIT_VERSION, path: first, configFile: null };
};

const isConfig = (file: string): boolean => /\.ya?ml$/i.test(file);

/** Default name of a server, with the last part of each path. */
const nameOf = (first: string, more: readonly string[], cpuCores: number | null): string =>
  `${[first, ...more].map((part) => basename(part)).join('+')}${cpuCores === null ? '' : `@cpu=${cpuCores}`}`;
