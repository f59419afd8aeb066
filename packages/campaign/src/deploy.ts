import type { ProcessEnd } from '@livekit-swarm/host';
import {
  type ApiCredentials,
  type LiveKitConfig,
  mergeConfig,
  OFFERED_PATHS,
  type OfferedPath,
  type StartOptions,
  startLiveKit,
} from '@livekit-swarm/lab';
import { trustAuthorities } from '@livekit-swarm/livekit';
import {
  type Deployment,
  metricsSource,
  processSource,
  runningDeployment,
  type ServerLogFile,
  type ServerProfiler,
  type ServerSource,
} from '@livekit-swarm/runner';
import type { Plan } from '@livekit-swarm/scenario';
import type { ServerSpec } from './server/server-spec.ts';
import { startOptions } from './server/start-options.ts';
import { givenProgram, type Target } from './target.ts';

/** A deployment that is ready for a run. */
export interface Deployed extends Deployment {
  /** Sources of its metrics; none where it was not started here. */
  sources: readonly ServerSource[];
  /** Log of the server; none if it was not started here. */
  logs: readonly ServerLogFile[];
  /** Profiler of the server; none if it was not started here, or serves none. */
  profilers: readonly ServerProfiler[];
  /** Stops the embedded server; leaves any other running. */
  stop(): Promise<void>;
}

export interface DeployOptions {
  /** Folder for the log of the embedded server. */
  dir: string;
  /** Called with the progress of long steps, such as a build. */
  onProgress(line: string): void;
  signal: AbortSignal;
  /** Ways of media that an embedded server offers in addition to UDP. */
  offers?: ReadonlySet<OfferedPath>;
  /** Start an embedded server with its profiler. Default: without. */
  profiler?: boolean;
  /** Receiver of the webhooks of an embedded server, and the keys that sign them. */
  webhooks?: { url: string; credentials: ApiCredentials };
}

/** Paths that participants of a plan need. With `auto`, ICE selects among those that need no other program. */
export const pathsOf = ({ participants }: Pick<Plan, 'participants'>): ReadonlySet<OfferedPath> => {
  const needed = new Set<string>(participants.map(({ path }) => path));
  if (needed.has('auto')) for (const path of ['ice-tcp', 'turn-udp']) needed.add(path);
  return new Set(OFFERED_PATHS.filter((path) => needed.has(path)));
};

/**
 * Prepares the target for a load test.
 * @throws SwarmError when a server cannot be provided or started
 */
export const deploy = async (
  target: Target,
  { dir, onProgress, signal, offers, profiler, webhooks }: DeployOptions,
): Promise<Deployed> => {
  if (target.type === 'remote') {
    const { url, apiUrl, apiKey, apiSecret } = target;
    return {
      ...runningDeployment({ url, apiUrl, apiKey, apiSecret }),
      ...{ sources: [], logs: [], profilers: [] },
      stop: async () => {},
    };
  }
  const server = await startLiveKit({
    ...(target.server !== null && startOptions(target.server)),
    ...(webhooks !== undefined && withWebhooks(webhooks, target.server?.config ?? null)),
    dir,
    onProgress,
    signal,
    ...(offers === undefined ? {} : { offers }),
    ...(profiler === true && { profiler }),
  });
  trustAuthorities(server.authority);
  const { url, apiKey, apiSecret, version } = server;
  return {
    url,
    apiKey,
    apiSecret,
    embedded: true,
    serverVersion: version,
    ...startedServer(target.server),
    sources: [processSource(server.pid, NODE), metricsSource(server.metricsUrl, NODE)],
    logs: [{ node: NODE, file: server.logFile }],
    profilers: server.profilerUrl === null ? [] : [{ node: NODE, url: server.profilerUrl }],
    // With a CPU limit of its own it waits because of that limit, not because of other processes.
    ...((target.server?.cpuCores ?? null) === null && { serverPid: server.pid }),
    exited: server.exited.then((end) => ({
      cause: end.cause,
      message: `livekit-server ended with ${describeEnd(end)}; see ${server.logFile}`,
    })),
    stop: () => server.stop(),
  };
};

const withWebhooks = (
  { url, credentials }: NonNullable<DeployOptions['webhooks']>,
  config: LiveKitConfig | null,
): Pick<StartOptions, 'credentials' | 'config'> => ({
  credentials,
  config: mergeConfig(config ?? {}, { webhook: { api_key: credentials.apiKey, urls: [url] } }),
});

/** Program, configuration and limit of a server, for the record; nothing for a plain release. */
const startedServer = (spec: ServerSpec | null): Pick<Deployment, 'server'> => {
  const program = spec === null ? (givenProgram() ?? null) : spec.serverPath;
  const { configFiles = [], cpuCores = null, memoryBytes = null } = spec ?? {};
  const limits = { cpuCores, ...(memoryBytes !== null && { memoryBytes }) };
  return program === null && configFiles.length === 0 && cpuCores === null && memoryBytes === null
    ? {}
    : { server: { program, configFiles, ...limits } };
};

/** Name of the only node. */
const NODE = 'livekit-server';

const describeEnd = ({ code, signal, cause }: ProcessEnd): string => {
  const how = signal ?? `exit code ${code}`;
  switch (cause) {
    case 'crashed':
    case 'exited':
      return how;
    case 'out_of_memory':
      return `${how} by the kernel, out of memory`;
    case 'killed':
      return `${how} from another process`;
    case 'guard_died':
      return `${how}, as its guard had ended`;
  }
};
