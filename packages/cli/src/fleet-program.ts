import type { ExitCode } from '@livekit-swarm/settings/errors';
import { type Command, Option } from 'commander';
import type { OfferedHostFlags } from './commands/host.ts';
import type { HostsFlags } from './commands/hosts.ts';
import type { Console } from './console.ts';
import { fromEnvironment } from './flags/environment.ts';
import { browserFlag } from './flags/generator.ts';
import { addHostFlags, CONFIRMED } from './flags/host-rules.ts';
import { insecureQueueFlag } from './flags/queue.ts';
import { repeatable } from './flags/repeatable.ts';
import { addHelp, type CommandHelp } from './help/command-help.ts';

/** `swarm host` and `swarm hosts`. Their code is loaded on use. */
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
  const insecureQueue = (): Option => fromEnvironment(insecureQueueFlag(), console.env);
  const host = program
    .command('host')
    .description('offer this host to runs with --queue, until it is stopped')
    .addOption(queue())
    .addOption(insecureQueue())
    .addOption(
      repeatable('--label <name=value>', 'label of this host: region=eu (may be repeated)'),
    )
    .addOption(fromEnvironment(browserFlag(), console.env));
  addHelp(host, hostHelp).action(async (flags: OfferedHostFlags) => {
    const { hostCommand } = await import('./commands/host.ts');
    done(await hostCommand(flags, console));
  });
  addHostFlags(host, 'Servers that runs may load from this host:', CONFIRMED.host);
  const hosts = program
    .command('hosts')
    .description('list the hosts of a queue: cores, memory, version, clock, state')
    .addOption(queue())
    .addOption(insecureQueue())
    .option('--json', 'print one JSON array');
  addHelp(hosts, { examples: [['swarm hosts --queue redis://10.0.0.5:6379']] }).action(
    async (flags: HostsFlags) => {
      const { hostsCommand } = await import('./commands/hosts.ts');
      done(await hostsCommand(flags, console));
    },
  );
};

const hostHelp: CommandHelp = {
  title: 'Examples, each with the same two variables, from a file that only you can read:',
  examples: [
    ['export SWARM_QUEUE=redis://:PASSWORD@10.0.0.5:6379', '# with the password of this Redis'],
    ['export SWARM_QUEUE_KEY=KEY', '# made once with: openssl rand -base64 32'],
    ["swarm host --label region=eu --allow-host '*.staging.example.com'"],
    [
      'swarm run scenarios/large-event.yaml --url wss://livekit.staging.example.com --hosts 4 --label region=eu',
    ],
  ],
  notes: `
The queue needs a Redis or Valkey of its own: that of LiveKit is part of what is tested, and is
refused. Password and key belong in the environment, as flags show in the process list. A queue on
another host needs both; on loopback, messages are signed if there is a key. Hosts receive tokens of
participants, never the API secret. What the rules of this host refuse, no run can make it load.
`,
};
