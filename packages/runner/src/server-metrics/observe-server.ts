import type { ServerMissingLine } from '@livekit-swarm/record';
import { isOfStreams } from '@livekit-swarm/scenario';
import type { RunLog } from '../run-log.ts';
import type { RunOptions } from '../run-options.ts';
import { openLog } from '../server-logs/log-file.ts';
import { readResidue } from './residue.ts';
import { startServerSampler } from './server-sampler.ts';
import type { NodeFigures } from './server-source.ts';

/** Deployment of a run under measurement. */
export interface ObservedServer {
  /** Records what remains on the server after all participants have left, and what it logged. */
  readResidue(): Promise<void>;
  /** Ends the measurement. */
  stop(): Promise<void>;
}

/** Figures that a report should have, from any source. */
const EXPECTED: readonly (readonly [name: string, ...figures: (keyof NodeFigures)[]])[] = [
  ['CPU', 'cpuSeconds', 'cpuCores'],
  ['memory', 'memoryBytes'],
  ['goroutines', 'goroutines'],
  ['rooms', 'rooms'],
];

/** Figures of hosts that a report should have where a source of hosts was given. */
const EXPECTED_OF_HOSTS: typeof EXPECTED = [
  ['memory', 'memoryShare'],
  ['CPU', 'hostCpuSeconds'],
  ['tracked connections', 'conntrackShare'],
];

/**
 * Starts to measure the nodes and to record their figures. Figures that cannot be measured are
 * recorded with the reason, and the run continues.
 * @param startedAtMs of the run, Unix ms
 */
export const observeServer = (
  { deployment, plan, stop, server = { sources: [], settleMs: 0 } }: RunOptions,
  { append, elapsedMs }: Pick<RunLog, 'append' | 'elapsedMs'>,
  startedAtMs: number,
): ObservedServer => {
  // Servers of streams have no metrics that are known here.
  if (isOfStreams(plan.scenario)) return { readResidue: async () => {}, stop: async () => {} };
  const { sources, settleMs } = server;
  const logs = (server.logs ?? []).map(openLog);
  const appendMissing = (reason: ServerMissingLine['reason'], message: string): void =>
    append({ type: 'server_missing', at: elapsedMs(), reason, message });
  if (sources.length === 0)
    appendMissing('not_configured', 'no source of server metrics was given');
  const sampler = startServerSampler({ sources, elapsedMs, append });
  /** Figures of each node before the first join. */
  const before = sampler.started.then(() => sampler.measuredSince(Number.NEGATIVE_INFINITY));
  return {
    readResidue: async () => {
      const after = await readResidue({
        deployment,
        plan,
        sampler,
        before: await before,
        isRefreshedRarely: sources.some(({ name }) => name === 'redis' || name === 'prometheus'),
        settleMs,
        elapsedMs,
        stop,
      });
      if ('reason' in after) appendMissing(after.reason, after.message);
      else append(after);
      const known = [...sampler.measuredSince(Number.NEGATIVE_INFINITY).values()];
      const missing = missingIn(known, EXPECTED);
      if (missing.length > 0)
        appendMissing('not_measured', `no source has ${missing.join(', ')} of the server`);
      const missingOfHosts = sources.some(({ name }) => name === 'host')
        ? missingIn(known, EXPECTED_OF_HOSTS)
        : [];
      if (missingOfHosts.length > 0)
        appendMissing('not_measured', `no source has ${missingOfHosts.join(', ')} of the hosts`);
      for (const host of sampler.hostsWithoutNode())
        appendMissing(
          'not_measured',
          `no source has a node that is called ${host} or is on it: write --host-metrics NODE=URL, with the name of a node in this report`,
        );
      const read = logs.map((log) => log.read(startedAtMs, elapsedMs()));
      for (const line of await Promise.all(read)) append(line);
    },
    stop: sampler.stop,
  };
};

/**
 * Names of expected figures that no node has; none if no node is known at all, because that has a
 * reason of its own.
 */
const missingIn = (nodes: readonly NodeFigures[], expected: typeof EXPECTED): string[] =>
  nodes.length === 0
    ? []
    : expected.flatMap(([name, ...figures]) =>
        nodes.some((known) => figures.some((figure) => figure in known)) ? [] : [name],
      );
