import { OPTIONAL_OFFERS, OPTIONAL_SERVICES, REDIS_WORDS } from '@livekit-swarm/lab/choices';
import type { ExitCode } from '@livekit-swarm/settings/errors';
import { type Command, Option } from 'commander';
import type { LabUpFlags } from './commands/lab.ts';
import type { Console } from './console.ts';
import { colorFlag } from './flags/output.ts';
import { collector } from './flags/repeatable.ts';
import { labServerFlag } from './flags/server.ts';
import { addHelp, type CommandHelp } from './help/command-help.ts';

const nameFlag = (): Option =>
  new Option('--name <name>', 'name of the lab (default: lab)').default('lab');

/** `swarm lab …`: deployments on this host that run until they are stopped. */
export const addLabCommands = (
  program: Command,
  console: Console,
  done: (exitCode: ExitCode) => void,
): void => {
  const lab = program
    .command('lab')
    .description('manage a local lab: nodes, Redis, load balancer, Prometheus');
  addHelp(lab, labHelp);

  const up = lab
    .command('up')
    .description('start a lab that runs until "swarm lab down"')
    .addOption(nameFlag())
    .option('--nodes <n>', 'number of livekit-servers (default: 3)', '3')
    .option(
      '--with <list>',
      `additional services: ${[...OPTIONAL_SERVICES, 'exporter'].join(', ')} (Redis is included with more than one node, its exporter, and ingress); for clients: ${OPTIONAL_OFFERS.join(', ')} (wss:// by haproxy)`,
    )
    .addOption(labServerFlag())
    .option(
      '--redis <list>',
      `form of Redis: ${REDIS_WORDS.join(', ')}, username=NAME, database=N (sentinel: a replica, and three Sentinels that promote it; persistent: its data survives a kill)`,
    )
    .addOption(
      new Option(
        '--rules <file>',
        'rules for Prometheus (may be repeated; default: those of alerts/)',
      ).argParser(collector()),
    )
    .option('--alert-webhook <url>', 'where Alertmanager sends alerts')
    .option('--json', 'print one JSON object');
  addHelp(up, { examples: [['swarm lab up --nodes 3 --with haproxy,prometheus']] }).action(
    async (flags: LabUpFlags) =>
      done(await (await import('./commands/lab.ts')).labUpCommand(flags, console)),
  );

  const status = lab
    .command('status')
    .description('show running labs and the health of their services')
    .option('--name <name>', 'only this lab (default: all)')
    .option('--json', 'print JSON')
    .addOption(colorFlag());
  addHelp(status, { examples: [['swarm lab status']] }).action(
    async (flags: { name?: string; json?: boolean; color: boolean }) =>
      done(await (await import('./commands/lab.ts')).labStatusCommand(flags, console)),
  );

  const logs = lab
    .command('logs')
    .description('print the logs of its services')
    .argument('[service]', 'one service: node-1, redis, haproxy, …')
    .addOption(nameFlag())
    .option('-n, --lines <n>', 'lines of each log (default: 50)', '50')
    .option('-f, --follow', 'keep following the log');
  addHelp(logs, { examples: [['swarm lab logs node-2 --follow']] }).action(
    async (service: string | undefined, flags: { name: string; lines: string; follow?: boolean }) =>
      done(await (await import('./commands/lab.ts')).labLogsCommand(service, flags, console)),
  );

  const down = lab
    .command('down')
    .description('stop the lab and remove its data')
    .addOption(nameFlag())
    .option('--all', 'every lab on this host');
  addHelp(down, { examples: [['swarm lab down']] }).action(
    async (flags: { name: string; all?: boolean }) =>
      done(await (await import('./commands/lab.ts')).labDownCommand(flags, console)),
  );
};

const labHelp: CommandHelp = {
  examples: [
    ['swarm lab up --nodes 3 --with haproxy,prometheus,alertmanager,exporter'],
    ['swarm lab up --nodes 1 --with ice-tcp,turn,coturn,tls'],
    ['swarm lab up --redis sentinel,tls,username=livekit,database=3'],
    ['swarm lab status'],
    ['swarm lab logs node-2 --follow'],
    ['swarm lab down'],
  ],
  notes: `
Everything listens on loopback. The API keys are in a file that only you can read; "swarm lab up"
prints its path.
`,
};
