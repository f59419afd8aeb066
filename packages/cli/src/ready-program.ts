import type { ExitCode } from '@livekit-swarm/settings/errors';
import { type Command, Option } from 'commander';
import type { ReadyFlags } from './commands/ready.ts';
import type { Console } from './console.ts';
import { addGroup } from './flags/environment.ts';
import { isTyped } from './flags/is-typed.ts';
import { resultOutputFlags } from './flags/output.ts';
import { repeatable } from './flags/repeatable.ts';
import { addVerifyFlags } from './flags/verify.ts';
import { addHelp, type CommandHelp } from './help/command-help.ts';

/** `swarm ready`. Its code is loaded on use. */
export const addReadyCommand = (
  program: Command,
  console: Console,
  done: (exitCode: ExitCode) => void,
): void => {
  const command = program
    .command('ready')
    .description('is a deployment fit for an event: yes, no or unknown')
    .argument('<file>', 'a scenario: what each participant sends and receives');
  addGroup(command, console.env, 'Event:', [
    new Option('--for <n>', 'participants at the same time'),
    new Option('--at <time>', 'begin: 10:00 (the next one on this host), 2026-12-01T10:00+01:00'),
    new Option('--lasts <time>', 'length of the event (default: 2h)').default('2h'),
    new Option('--scale <name>', 'one of the file’s own scales, or a factor: small, 0.1'),
  ]);
  addGroup(command, console.env, 'Capacity:', [
    new Option('--capacity <path>', 'folder or capacity.json of swarm capacity with this scenario'),
    new Option(
      '--nodes <n>',
      'nodes of the deployment (default: those in the --redis of the nodes)',
    ),
    new Option('--headroom <factor>', 'factor of reserve (default: 1.5)').default('1.5'),
    new Option('--prometheus <url>', 'the Prometheus with the alert rules: http://10.0.0.7:9090'),
  ]);
  addVerifyFlags(command, console);
  command.addOption(
    repeatable(
      '--without <id>',
      'a check that is left out (may be repeated): alerts, udp, ice-tcp, …',
    ).helpGroup('Further checks:'),
  );
  addGroup(command, console.env, 'Output:', resultOutputFlags('ready'));
  addHelp(command, readyHelp).action(async (file: string, flags: ReadyFlags, own: Command) => {
    const { readyCommand } = await import('./commands/ready.ts');
    done(await readyCommand(file, flags, isTyped(own), console));
  });
};

const readyHelp: CommandHelp = {
  examples: [
    [
      'swarm ready scenarios/large-event.yaml --for 3000 --at 10:00 --capacity records/capacity --nodes 4',
    ],
    [
      'swarm ready scenarios/large-event.yaml --for 3000 --at 2026-12-01T10:00+01:00 --prometheus http://10.0.0.7:9090',
    ],
    [
      'swarm ready scenarios/large-event.yaml --for 3000 --at 10:00 --without alerts --report html=ready.html',
    ],
  ],
  notes: `
Asks everything that swarm verify asks, and whether capacity, certificates and alerts allow the
event. Exit code 0: yes. 99: no. 98: unknown. 3: the deployment cannot be reached, or rejects the key.
`,
};
