import type { ServerMissingLine } from '@livekit-swarm/record';
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
      const missing = missingIn([...sampler.measuredSince(Number.NEGATIVE_INFINITY).values()]);
      if (missing.length > 0)
        appendMissing('not_measured', `no source has ${missing.join(', ')} of the server`);
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
const missingIn = (nodes: readonly NodeFigures[]): string[] =>
  nodes.length === 0
    ? []
    : EXPECTED.flatMap(([name, ...figures]) =>
        nodes.some((known) => figures.some((figure) => figure in known)) ? [] : [name],
      );
