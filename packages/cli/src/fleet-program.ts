import type { ExitCode } from '@livekit-swarm/settings/errors';
import { type Command, Option } from 'commander';
import type { Console } from './console.ts';
import { collector, fromEnvironment } from './flags.ts';

/** `swarm worker` and `swarm workers`. Their code is loaded on use. */
export const addFleetCommands = (
  program: Command,
  console: Console,
  done: (exitCode: ExitCode) => void,
): void => {
  const queue = (): Option =>
    fromEnvironment(
      new Option(
        '--queue <url>',
        'the queue: redis://HOST:6379 or rediss://',
      ).makeOptionMandatory(),
      console.env,
    );
  program
    .command('worker')
    .description(
      'offer this host to runs of other hosts ("swarm run --queue"), until it is stopped',
    )
    .addOption(queue())
    .addOption(
      new Option('--label <name=value>', 'of this host: region=eu (may be repeated)')
        .argParser(collector())
        .default([]),
    )
    .addHelpText('after', workerHelp)
    .action(async (flags: { queue: string; label: string[] }) => {
      const { workerCommand } = await import('./commands/worker.ts');
      done(await workerCommand(flags, console));
    });
  program
    .command('workers')
    .description('list the hosts of a queue: cores, memory, version, clock, state')
    .addOption(queue())
    .option('--json', 'print one JSON array')
    .action(async (flags: { queue: string; json?: boolean }) => {
      const { workersCommand } = await import('./commands/workers.ts');
      done(await workersCommand(flags, console));
    });
};

const workerHelp = `
Examples:
  SWARM_QUEUE=redis://10.0.0.5:6379 swarm worker
  swarm worker --queue redis://10.0.0.5:6379 --label region=eu
  swarm run scenarios/webinar.yaml --url wss://livekit.example.com --queue redis://10.0.0.5:6379 --machines 4 --label region=eu

The queue needs a Redis or Valkey of its own: that of LiveKit is part of what is tested, and is refused. A password belongs into
SWARM_QUEUE, as flags show in the process list. Workers receive tokens of participants, never the API secret.
`;
