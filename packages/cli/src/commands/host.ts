import { type AgentEvent, openQueue, type Queue, runAgent } from '@livekit-swarm/fleet';
import { watchInterruption } from '@livekit-swarm/host';
import { assertCloudConfirmed, assertHostAllowed, readHostRules } from '@livekit-swarm/livekit';
import { DEFAULT_ENGINE } from '@livekit-swarm/runner';
import { EXIT_CODES, type ExitCode, plural } from '@livekit-swarm/settings';
import type { Console } from '../console.ts';
import type { HostFlags } from '../flags/host-rules.ts';
import { readLabels } from '../requests/labels.ts';
import { readQueueOptions } from '../requests/queue.ts';
import { VERSION } from '../version.ts';

export interface OfferedHostFlags extends HostFlags {
  queue: string;
  insecureQueue?: boolean;
  label: string[];
  browser?: string;
}

/** `swarm host`: offers this host to runs until it is stopped. */
export const hostCommand = async (
  flags: OfferedHostFlags,
  { stderr, env }: Console,
): Promise<ExitCode> => {
  const labels = readLabels(flags.label);
  const rules = readHostRules(flags, env);
  const interruption = watchInterruption();
  // Worker processes end with this one.
  const endAtOnce = (): never => process.exit(EXIT_CODES.interrupted.code);
  interruption.kill.addEventListener('abort', endAtOnce);
  try {
    const queue = await openQueue(flags.queue, readQueueOptions(flags, env));
    const print = (line: string): void =>
      void stderr.write(`${new Date().toISOString()} ${line}\n`);
    try {
      await runAgent({
        queue,
        labels,
        version: VERSION,
        engineModule: DEFAULT_ENGINE,
        browser: flags.browser,
        assertHost: (url) => {
          assertHostAllowed(url, rules);
          assertCloudConfirmed(url, rules);
        },
        stop: interruption.stop,
        onEvent: (event) => print(textOf(event, queue)),
      });
    } finally {
      queue.close();
    }
    print('ended');
    return EXIT_CODES.passed.code;
  } finally {
    interruption.dispose();
  }
};

const textOf = (event: AgentEvent, { address, seal }: Queue): string => {
  switch (event.type) {
    case 'ready': {
      const { agent, cores } = event.facts;
      const unsigned = seal.isKeyed
        ? ''
        : '; messages are not signed, as there is no SWARM_QUEUE_KEY: any program that reaches the queue commands this host';
      return `ready: ${agent}, ${plural(cores, 'core')}, queue ${address}${unsigned}`;
    }
    case 'joined':
      return `run ${event.run}: takes ${plural(event.shards, 'shard')}`;
    case 'left':
      return `run ${event.run}: left`;
    case 'refused':
      return `refused ${plural(event.count, 'message')} of the queue; the last: ${event.last}`;
    case 'forbidden':
      return `run ${event.run}: a shard was not started here: ${event.message}`;
    case 'queue_lost':
      return `the queue ${address} does not answer`;
    case 'queue_found':
      return `the queue ${address} answers again`;
  }
};
