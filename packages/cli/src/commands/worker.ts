import { type AgentEvent, openQueue, runAgent } from '@livekit-swarm/fleet';
import { watchInterruption } from '@livekit-swarm/host';
import { DEFAULT_ENGINE } from '@livekit-swarm/runner';
import { EXIT_CODES, type ExitCode, plural } from '@livekit-swarm/settings';
import type { Console } from '../console.ts';
import { readLabels } from '../labels.ts';
import { VERSION } from '../version.ts';

/** `swarm worker`: offers this host to runs until it is stopped. */
export const workerCommand = async (
  flags: { queue: string; label: string[] },
  { stderr }: Console,
): Promise<ExitCode> => {
  const labels = readLabels(flags.label);
  const interruption = watchInterruption();
  // Workers end with this process.
  const endAtOnce = (): never => process.exit(EXIT_CODES.interrupted.code);
  interruption.kill.addEventListener('abort', endAtOnce);
  try {
    const queue = await openQueue(flags.queue);
    const print = (line: string): void =>
      void stderr.write(`${new Date().toISOString()} ${line}\n`);
    try {
      await runAgent({
        queue,
        labels,
        version: VERSION,
        engineModule: DEFAULT_ENGINE,
        stop: interruption.stop,
        onEvent: (event) => print(textOf(event, queue.address)),
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

const textOf = (event: AgentEvent, address: string): string => {
  switch (event.type) {
    case 'ready':
      return `ready: ${event.facts.agent}, ${plural(event.facts.cores, 'core')}, queue ${address}`;
    case 'joined':
      return `run ${event.run}: takes ${plural(event.shards, 'shard')}`;
    case 'left':
      return `run ${event.run}: left`;
    case 'queue_lost':
      return `the queue ${address} does not answer`;
    case 'queue_found':
      return `the queue ${address} answers again`;
  }
};
