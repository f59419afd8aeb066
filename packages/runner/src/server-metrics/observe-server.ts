import type { ServerMissingLine } from '@livekit-swarm/record';
import type { RunLog } from '../run-log.ts';
import type { RunOptions } from '../run-options.ts';
import { askRemains } from './remains.ts';
import { startServerSampler } from './server-sampler.ts';
import type { NodeFigures } from './server-source.ts';

/** The deployment of a run, while it is measured. */
export interface ObservedServer {
  /** Records what remains, now that all participants have gone. */
  askRemains(): Promise<void>;
  /** Ends the measurement. */
  stop(): Promise<void>;
}

/** What a report should have, whatever the source. */
const EXPECTED: readonly (readonly [name: string, ...figures: (keyof NodeFigures)[]])[] = [
  ['CPU', 'cpuSeconds', 'cpuCores'],
  ['memory', 'memoryBytes'],
  ['goroutines', 'goroutines'],
  ['rooms', 'rooms'],
];

/** Measures the nodes from now on, into the record. What cannot be measured is recorded with the reason, and the run continues. */
export const observeServer = (
  { deployment, plan, stop, server = { sources: [], settleMs: 0 } }: RunOptions,
  { append, elapsedMs }: Pick<RunLog, 'append' | 'elapsedMs'>,
): ObservedServer => {
  const { sources, settleMs } = server;
  const appendMissing = (reason: ServerMissingLine['reason'], message: string): void =>
    append({ type: 'server_missing', at: elapsedMs(), reason, message });
  if (sources.length === 0)
    appendMissing('not_configured', 'no source of server metrics was given');
  const sampler = startServerSampler({ sources, elapsedMs, append });
  /** By node: before the first join. */
  const before = sampler.started.then(() => sampler.measuredSince(Number.NEGATIVE_INFINITY));
  return {
    askRemains: async () => {
      const after = await askRemains({
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
    },
    stop: sampler.stop,
  };
};

/** What no node has; nothing where no node is known at all, as that has a reason of its own. */
const missingIn = (nodes: readonly NodeFigures[]): string[] =>
  nodes.length === 0
    ? []
    : EXPECTED.flatMap(([name, ...figures]) =>
        nodes.some((known) => figures.some((figure) => figure in known)) ? [] : [name],
      );
