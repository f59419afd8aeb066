import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import type { ProcessEnd } from '@livekit-swarm/host';
import {
  expectLimits,
  findFreePorts,
  type GuardedProcess,
  type ResourceLimits,
  removeStaleLimits,
  type ServerPorts,
  spawnGuarded,
} from '@livekit-swarm/host';
import { SwarmError, urlHost } from '@livekit-swarm/settings';
import { createClusterPorts } from '../cluster/cluster-ports.ts';
import type { ProgramBinary } from '../provision/pinned-program.ts';
import { type ProvisionOptions, provisionLiveKit } from '../provision/provision.ts';
import { type LiveKitConfig, localConfig, mergeConfig, writeConfig } from './config.ts';
import { type ApiCredentials, generateCredentials } from './credentials.ts';
import { debugConfig, debugPortOf } from './debug-handler.ts';
import { serverEnvironment } from './environment.ts';
import { waitUntilHealthy } from './health.ts';
import type { OfferedPath } from './offered-paths.ts';
import { isPortTaken, PORT_ATTEMPTS } from './port-taken.ts';
import { openRelay, type Relay } from './relay.ts';
import { stopServer } from './stop.ts';

export interface StartOptions extends ProvisionOptions {
  /** Folder for `<name>.yaml` and `<name>.log`; created if missing. */
  dir: string;
  /** Base name of the files. Default `livekit-server`. */
  name?: string;
  /** Local address. Default 127.0.0.1. */
  host?: string;
  /**
   * Number of multiplexed UDP ports, each with its own reader and receive buffer in the server.
   * Default: one per core, at most 8.
   */
  udpPorts?: number;
  /** Settings merged into the configuration that keeps the server on `host`. */
  config?: LiveKitConfig;
  /**
   * Paths to the server in addition to UDP; for a server on 127.0.0.1. TURN over TCP and TLS need
   * coturn and openssl.
   */
  offers?: ReadonlySet<OfferedPath>;
  /**
   * Serve profiles of the server on a port of `host`, where the release can. Default: it does not.
   */
  profiler?: boolean;
  /** Limits of its CPU and memory, as those of a container; on Linux and as root. Default: none. */
  limits?: ResourceLimits;
  /** API key pair. Default: a new one. */
  credentials?: ApiCredentials;
  /** Time limit for the first answer, ms. Default 20,000. */
  healthTimeoutMs?: number;
}

/** A livekit-server that runs on this host and ends with this process at the latest. */
export interface LiveKitServer extends ApiCredentials, AsyncDisposable {
  readonly version: string;
  /** ws:// URL for clients; http:// for the room service API. */
  readonly url: string;
  readonly httpUrl: string;
  /** URL of its metrics: http://…/metrics. */
  readonly metricsUrl: string;
  /** URL of its profiles, Go's `/debug/pprof`; null: it serves none. */
  readonly profilerUrl: string | null;
  readonly ports: ServerPorts;
  readonly pid: number;
  readonly guardPid: number;
  readonly binary: ProgramBinary;
  readonly configFile: string;
  readonly logFile: string;
  /** Certificate of the CA that clients need for TURN over TLS, PEM; null: not offered. */
  readonly authority: string | null;
  /** Resolves when the process has ended, whether requested or not; never rejects. */
  readonly exited: Promise<ProcessEnd>;
  /** Ends the server within seconds. May be called again. */
  stop(): Promise<void>;
}

/**
 * Provides a livekit-server (see `provisionLiveKit`), starts it on free ports of `host` and waits
 * until it answers.
 *
 * Throws a SwarmError: errors of `provisionLiveKit`; `no_cpu_limit`, `no_memory_limit` if
 * `limits` cannot be enforced; `server_ended` if it ends at once, with the end of its log; `not_healthy` if it does
 * not answer in time. Nothing is left running then.
 */
export const startLiveKit = async (options: StartOptions): Promise<LiveKitServer> => {
  if (options.limits !== undefined) expectLimits(options.limits);
  const binary = await provisionLiveKit(options);
  for (let attempt = 1; ; attempt++) {
    const relay = await openRelay(options.offers ?? new Set(), options.dir, binary.version);
    try {
      return await startOnFreePorts(binary, relay, options);
    } catch (error) {
      await relay[Symbol.asyncDispose]();
      const portTaken = error instanceof SwarmError && isPortTaken(error.message);
      if (!portTaken || attempt >= PORT_ATTEMPTS) throw error;
    }
  }
};

const startOnFreePorts = async (
  binary: ProgramBinary,
  relay: Relay,
  options: StartOptions,
): Promise<LiveKitServer> => {
  const { dir, name = 'livekit-server', host = '127.0.0.1', healthTimeoutMs = 20_000 } = options;
  const credentials = options.credentials ?? generateCredentials();
  const ports = await findFreePorts(host, options.udpPorts ?? Math.min(8, availableParallelism()));
  const configFile = join(dir, `${name}.yaml`);
  const logFile = join(dir, `${name}.log`);
  await mkdir(dir, { recursive: true });
  const debug =
    options.profiler === true
      ? debugConfig(await createClusterPorts(host).tcp(), binary.version)
      : {};
  const own = mergeConfig(mergeConfig(localConfig(host, ports), relay.config), debug);
  const config = mergeConfig(own, options.config ?? {});
  const debugPort = debugPortOf(config);
  // The caller's configuration may contain a password (Redis, webhooks).
  await writeFile(configFile, writeConfig(config), { mode: 0o600 });
  await writeFile(logFile, '', { mode: 0o600 });

  const server = await spawnGuarded({
    command: binary.path,
    args: ['--config', configFile],
    env: serverEnvironment([credentials]),
    logFile,
    ...(options.limits !== undefined && { limits: options.limits }),
  });
  // The guard may have been killed before it could remove the limits.
  if (options.limits !== undefined) void server.exited.then(() => removeStaleLimits());
  const authority = `${urlHost(host)}:`;
  await expectHealthy(
    server,
    `http://${authority}${ports.http}/`,
    healthTimeoutMs,
    logFile,
    credentials,
  );

  let stopping: Promise<void> | undefined;
  const stop = (): Promise<void> =>
    (stopping ??= stopServer(server).finally(() => relay[Symbol.asyncDispose]()));
  return {
    ...credentials,
    version: binary.version,
    url: `ws://${authority}${ports.http}`,
    httpUrl: `http://${authority}${ports.http}`,
    metricsUrl: `http://${authority}${ports.metrics}/metrics`,
    profilerUrl: debugPort === null ? null : `http://${authority}${debugPort}/debug/pprof`,
    ports,
    pid: server.pid,
    guardPid: server.guardPid,
    binary,
    configFile,
    logFile,
    authority: relay.authority,
    exited: server.exited,
    stop,
    [Symbol.asyncDispose]: stop,
  };
};

const expectHealthy = async (
  server: GuardedProcess,
  url: string,
  timeoutMs: number,
  logFile: string,
  credentials: ApiCredentials,
): Promise<void> => {
  const ended = new AbortController();
  const early = server.exited.then((end) => {
    ended.abort();
    return end;
  });
  if (await waitUntilHealthy(url, timeoutMs, ended.signal)) return;
  const hint = `read ${logFile}; "swarm doctor" shows what this host lacks`;
  if (ended.signal.aborted) {
    const { code, signal } = await early;
    const said = await lastLines(logFile, credentials);
    throw new SwarmError(
      'server_ended',
      `livekit-server ended at once (${signal ?? `exit ${code}`})${said}`,
      hint,
    );
  }
  await stopServer(server);
  throw new SwarmError(
    'not_healthy',
    `livekit-server did not answer at ${url} within ${timeoutMs / 1_000} s`,
    hint,
  );
};

/** Last lines of the log, for a message. The API secret is removed in case the server logs it. */
const lastLines = async (logFile: string, { apiSecret }: ApiCredentials): Promise<string> => {
  const text = (await readFile(logFile, 'utf8').catch(() => ''))
    .replaceAll(apiSecret, '***')
    .trimEnd();
  return text === ''
    ? ', without output'
    : `: ${text.split('\n').slice(-3).join(' / ').slice(-800)}`;
};
