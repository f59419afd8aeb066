import { LIVEKIT_VERSIONS, OPTIONAL_SERVICES } from '@livekit-swarm/lab';
import type { ExitCode } from '@livekit-swarm/settings';
import { type Command, Option } from 'commander';
import type { LabUpFlags } from './commands/lab.ts';
import type { Console } from './console.ts';
import { collector, colorFlag } from './flags.ts';

const nameFlag = (): Option =>
  new Option('--name <name>', 'of the lab, when there are several (default: lab)').default('lab');

/** `swarm lab …`: deployments on this host that run until they are stopped. */
export const addLabCommands = (
  program: Command,
  console: Console,
  done: (exitCode: ExitCode) => void,
): void => {
  const lab = program
    .command('lab')
    .description('a deployment on this machine: several nodes, Redis, a load balancer, Prometheus')
    .helpCommand(false)
    .addHelpText('after', labHelp);

  lab
    .command('up')
    .description('start one that stays until "swarm lab down"')
    .addOption(nameFlag())
    .option('--nodes <n>', 'livekit-servers (default: 3)', '3')
    .option(
      '--with <list>',
      `additional services: ${[...OPTIONAL_SERVICES, 'exporter'].join(', ')} (Redis is included with more than one node, and with its exporter)`,
    )
    .addOption(new Option('--livekit-version <version>', 'of the nodes').choices(LIVEKIT_VERSIONS))
    .option('--persistent-redis', 'Redis with an append-only file: its data survives a kill')
    .addOption(
      new Option(
        '--rules <file>',
        'rules for Prometheus (may be repeated; default: those of alerts/)',
      ).argParser(collector()),
    )
    .option('--alert-webhook <url>', 'where Alertmanager sends alerts')
    .option('--json', 'print one JSON object')
    .action(async (flags: LabUpFlags) =>
      done(await (await import('./commands/lab.ts')).labUpCommand(flags, console)),
    );

  lab
    .command('status')
    .description('what stands, and whether each of its programs answers')
    .option('--name <name>', 'of one lab (default: all)')
    .option('--json', 'print JSON')
    .addOption(colorFlag())
    .action(async (flags: { name?: string; json?: boolean; color: boolean }) =>
      done(await (await import('./commands/lab.ts')).labStatusCommand(flags, console)),
    );

  lab
    .command('logs')
    .description('what its programs wrote')
    .argument('[service]', 'of one program: node-1, redis, haproxy, …')
    .addOption(nameFlag())
    .option('-n, --lines <n>', 'how many lines of each (default: 50)', '50')
    .option('-f, --follow', 'keep following the log')
    .action(
      async (
        service: string | undefined,
        flags: { name: string; lines: string; follow?: boolean },
      ) => done(await (await import('./commands/lab.ts')).labLogsCommand(service, flags, console)),
    );

  lab
    .command('down')
    .description('end it and remove what it kept')
    .addOption(nameFlag())
    .option('--all', 'every lab on this machine')
    .action(async (flags: { name: string; all?: boolean }) =>
      done(await (await import('./commands/lab.ts')).labDownCommand(flags, console)),
    );
};

const labHelp = `
Examples:
  swarm lab up --nodes 3 --with haproxy,prometheus,alertmanager,exporter
  swarm lab status
  swarm lab logs node-2 --follow
  swarm lab down

Everything listens on loopback. The keys are in a file that only you can read; "swarm lab up" prints its path.
`;
