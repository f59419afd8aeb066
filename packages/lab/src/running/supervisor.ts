/**
 * The supervisor: the parent of all programs of a running lab. `swarm lab up` starts it and returns;
 * `swarm lab down` stops it with SIGTERM. Every program of the lab has a guard that ends it when the
 * supervisor dies, however that happens.
 */
import { writeFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { explainCacheError, identifyProcess } from '@livekit-swarm/host';
import { SwarmError } from '@livekit-swarm/settings';
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

const stop = new AbortController();
let up = false;

const tell = (message: FromSupervisor, then: () => void = () => {}): void => {
  if (process.connected) process.send?.(message, then);
  else then();
};

// A log on a full disk loses lines; a lab is not to end for that.
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

const raise = async (order: LabSpec): Promise<Cluster> => {
  const { name, extrasModule: _module, extrasOptions: _options, ...rest } = order;
  const dir = labFolder(name);
  const extras = await loadExtras(order, dir);
  const services = new Map<string, LabServiceState>();
  const cluster = await startCluster({
    ...rest,
    dir,
    signal: stop.signal,
    onProgress: (line) => {
      log(line);
      tell({ type: 'progress', line });
    },
    onEnd: (service, { code, signal }) =>
      log(`${service} ended unexpectedly: ${signal ?? `exit code ${code}`}`),
    onService: ({ name: service, url, logFile, ready }) =>
      void services.set(service, { name: service, url, logFile, ready }),
    ...(extras === undefined ? {} : { extras }),
  });
  // A path may be too long for a socket; a lab that takes no orders about single programs is a lab all the same.
  await openControl(controlSocket(name), cluster).catch((error: Error) =>
    log(`no control socket: ${error.message}`),
  );
  const supervisor = identifyProcess(process.pid);
  if (supervisor === null) throw new Error('a process that is not there cannot ask');
  const {
    apiKey,
    apiSecret,
    url,
    httpUrl,
    nodes,
    redisUrl,
    balancerStatsUrl,
    prometheusUrl,
    alertmanagerUrl,
    turnUrl,
  } = cluster;
  const keys = [
    `LIVEKIT_URL=${url}`,
    `LIVEKIT_API_KEY=${apiKey}`,
    `LIVEKIT_API_SECRET=${apiSecret}`,
  ];
  await writeFile(keysFile(name), `${keys.map((line) => `export ${line}`).join('\n')}\n`, {
    mode: 0o600,
  });
  await writeState({
    schema: 'livekit-swarm/lab/1',
    name,
    startedAt: new Date().toISOString(),
    supervisor,
    facts: {
      apiKey,
      url,
      httpUrl,
      nodes,
      redisUrl,
      balancerStatsUrl,
      prometheusUrl,
      alertmanagerUrl,
      turnUrl,
    },
    services: [...services.values()],
  });
  return cluster;
};

/** Guards do not keep a process alive, and no channel is open any more: a timer does. */
const untilStopped = async (): Promise<void> => {
  while (!stop.signal.aborted)
    await sleep(2 ** 30, undefined, { signal: stop.signal }).catch(() => {});
};

const supervise = async (order: LabSpec): Promise<void> => {
  process.title = `swarm lab ${order.name}`;
  let cluster: Cluster | null = null;
  try {
    cluster = await raise(order);
    up = true;
    tell({ type: 'up' }, () => process.connected && process.disconnect());
    await untilStopped();
  } catch (thrown) {
    const error = explainCacheError(thrown);
    const known = error instanceof SwarmError;
    const message = known
      ? error.message
      : error instanceof Error
        ? (error.stack ?? error.message)
        : String(error);
    // Logs go with the lab: the end of the one that matters is in the message already.
    const readable = known && error.hint?.includes(labFolder(order.name)) !== true;
    const hint = readable ? error.hint : 'fix that and start it again';
    const failed = {
      type: 'failed',
      code: known ? error.code : 'internal',
      message,
      hint,
    } as const;
    if (!stop.signal.aborted) await new Promise<void>((resolve) => tell(failed, resolve));
  } finally {
    await cluster?.stop();
    await removeLabState(order.name);
  }
  process.exit(0);
};

process.once('message', (order) => void supervise(order as LabSpec));
for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => stop.abort());
process.on('SIGHUP', () => {});
// The process that requested the lab ended before the lab was ready: without it the lab would be unknown.
process.once('disconnect', () => {
  if (!up) stop.abort();
});
