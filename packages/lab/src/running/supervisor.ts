/**
 * The supervisor: the parent of all programs of a running lab. `swarm lab up` starts it and
 * returns; `swarm lab down` stops it with SIGTERM. Every program of the lab has a guard that ends
 * it when the supervisor dies, however that happens.
 */
import { writeFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { explainCacheError, identifyProcess } from '@livekit-swarm/host';
import { type ErrorCode, SwarmError, shellLine } from '@livekit-swarm/settings';
import type { ClusterFacts } from '../cluster/cluster-layout.ts';
import { type Cluster, type Extra, startCluster } from '../cluster/start-cluster.ts';
import { openControl } from './control.ts';
import {
  controlSocket,
  keysFile,
  type LabServiceState,
  labFolder,
  removeLabState,
  writeState,
} from './lab-state.ts';
import type { FromSupervisor, LabSpec } from './supervisor-protocol.ts';

/** Errors whose hint is to read the log of a service. */
const LOGGED: ReadonlySet<ErrorCode> = new Set([
  'not_ready',
  'service_ended',
  'server_ended',
  'not_healthy',
]);

const stop = new AbortController();
let up = false;

const send = (message: FromSupervisor, then: () => void = () => {}): void => {
  if (process.connected) process.send?.(message, then);
  else then();
};

// On a full disk the log loses lines; the lab keeps running.
process.stdout.on('error', () => {});
const log = (line: string): void =>
  void process.stdout.write(`${new Date().toISOString()} ${line}\n`);

interface ExtrasModule {
  extras(
    facts: ClusterFacts,
    dir: string,
    options: NonNullable<LabSpec['extrasOptions']>,
  ): Promise<Extra[]>;
}

const loadExtras = async ({ extrasModule, extrasOptions = {} }: LabSpec, dir: string) => {
  if (extrasModule === undefined) return undefined;
  const { extras } = (await import(extrasModule)) as ExtrasModule;
  return (facts: ClusterFacts): Promise<Extra[]> => extras(facts, dir, extrasOptions);
};

const start = async (spec: LabSpec): Promise<Cluster> => {
  const { name, extrasModule: _module, extrasOptions: _options, ...rest } = spec;
  const dir = labFolder(name);
  const extras = await loadExtras(spec, dir);
  const services = new Map<string, LabServiceState>();
  const extraKeys: Record<string, string> = {};
  const cluster = await startCluster({
    ...rest,
    dir,
    signal: stop.signal,
    onProgress: (line) => {
      log(line);
      send({ type: 'progress', line });
    },
    onEnd: (service, { code, signal }) =>
      log(`${service} ended unexpectedly: ${signal ?? `exit code ${code}`}`),
    onService: ({ name: service, url, logFile, ready }) =>
      void services.set(service, { name: service, url, logFile, ready }),
    ...(extras === undefined
      ? {}
      : {
          extras: async (facts: ClusterFacts) => {
            const added = await extras(facts);
            for (const extra of added) Object.assign(extraKeys, extra.keys);
            return added;
          },
        }),
  });
  // The path may be too long for a socket. The lab then works without control of single programs.
  await openControl(controlSocket(name), cluster).catch((error: Error) =>
    log(`no control socket: ${error.message}`),
  );
  const supervisor = identifyProcess(process.pid);
  if (supervisor === null) throw new Error('this process is not in the process table');
  const {
    apiKey,
    apiSecret,
    url,
    httpUrl,
    nodes,
    redisUrl,
    redisServers,
    sentinels,
    balancerStatsUrl,
    prometheusUrl,
    alertmanagerUrl,
    ingressMetricsUrl,
    turnUrl,
    authorityFile,
  } = cluster;
  const keys = [
    `LIVEKIT_URL=${url}`,
    `LIVEKIT_API_KEY=${apiKey}`,
    `LIVEKIT_API_SECRET=${apiSecret}`,
    ...(authorityFile === null ? [] : [`SWARM_CA=${shellLine([authorityFile])}`]),
    ...Object.entries(extraKeys).map(([key, value]) => `${key}=${value}`),
  ];
  await writeFile(keysFile(name), `${keys.map((line) => `export ${line}`).join('\n')}\n`, {
    mode: 0o600,
  });
  await writeState({
    schema: 'livekit-swarm/lab/3',
    name,
    startedAt: new Date().toISOString(),
    supervisor,
    facts: {
      apiKey,
      url,
      httpUrl,
      nodes,
      redisUrl,
      redisServers,
      sentinels,
      balancerStatsUrl,
      prometheusUrl,
      alertmanagerUrl,
      ingressMetricsUrl,
      turnUrl,
      authorityFile,
    },
    services: [...services.values()],
  });
  return cluster;
};

/**
 * Waits for SIGTERM. Neither guards nor the closed channel keep the process alive, so a timer does.
 */
const untilStopped = async (): Promise<void> => {
  while (!stop.signal.aborted)
    await sleep(2 ** 30, undefined, { signal: stop.signal }).catch(() => {});
};

const supervise = async (spec: LabSpec): Promise<void> => {
  process.title = `swarm lab ${spec.name}`;
  let cluster: Cluster | null = null;
  try {
    cluster = await start(spec);
    up = true;
    send({ type: 'up' }, () => process.connected && process.disconnect());
    await untilStopped();
  } catch (thrown) {
    const error = explainCacheError(thrown);
    const known = error instanceof SwarmError ? error : null;
    const message =
      known?.message ?? (error instanceof Error ? (error.stack ?? error.message) : String(error));
    // The log named in the hint is removed with the lab, so its end is added to the message.
    const hint =
      known !== null && !LOGGED.has(known.code) ? known.hint : 'fix that and start it again';
    const failed = {
      type: 'failed',
      code: known?.code ?? 'internal',
      message,
      hint,
    } as const;
    if (!stop.signal.aborted) await new Promise<void>((resolve) => send(failed, resolve));
  } finally {
    await cluster?.stop();
    await removeLabState(spec.name);
  }
  process.exit(0);
};

process.once('message', (spec) => void supervise(spec as LabSpec));
for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => stop.abort());
process.on('SIGHUP', () => {});
// The process that requested the lab ended before the lab was ready: without that process, no user
// would know of the lab.
process.once('disconnect', () => {
  if (!up) stop.abort();
});
