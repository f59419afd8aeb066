import type { ExitCode } from '@livekit-swarm/settings/errors';
import { type Command, Option } from 'commander';
import type { ConnectivityFlags } from './commands/connectivity.ts';
import type { Console } from './console.ts';
import { deploymentFlags } from './flags/deployment.ts';
import { addGroup } from './flags/environment.ts';
import { addHostFlags, CONFIRMED } from './flags/host-rules.ts';
import { isTyped } from './flags/is-typed.ts';
import { resultOutputFlags } from './flags/output.ts';
import { repeatable } from './flags/repeatable.ts';
import { addHelp, type CommandHelp } from './help/command-help.ts';

/** `swarm connectivity`. Its code is loaded on use. */
export const addConnectivityCommand = (
  program: Command,
  console: Console,
  done: (exitCode: ExitCode) => void,
): void => {
  const command = program
    .command('connectivity')
    .description('check every media path: UDP, ICE/TCP, TURN over UDP, TCP and TLS');
  addGroup(command, console.env, 'Deployment:', deploymentFlags());
  addHostFlags(command, 'Deployment:', CONFIRMED.probe);
  addGroup(command, console.env, 'Check:', [
    new Option(
      '--path <paths>',
      'these must work: direct, ice-tcp, turn-udp, turn-tcp, turn-tls, separated by commas (default: all that are offered)',
    ),
    repeatable(
      '--node <name=url>',
      'also check this node, by the URL of its metrics (may be repeated): node-1=http://10.0.0.1:6789/metrics',
    ),
    new Option('--duration <time>', 'duration of the media on each path (default: 2s)'),
  ]);
  addGroup(command, console.env, 'Output:', resultOutputFlags('connectivity'));
  addHelp(command, connectivityHelp).action(async (flags: ConnectivityFlags, own: Command) => {
    const { connectivityCommand } = await import('./commands/connectivity.ts');
    done(await connectivityCommand(flags, isTyped(own), console));
  });
};

const connectivityHelp: CommandHelp = {
  examples: [
    ['swarm connectivity --url wss://livekit.example.com'],
    ['swarm connectivity --path turn-tls --json'],
    [
      'swarm connectivity --node node-1=http://10.0.0.1:6789/metrics --node node-2=http://10.0.0.2:6789/metrics',
    ],
  ],
  notes: `
Two participants join a room of their own for two seconds on each path; the room is deleted. Exit
code 0: every path that must work works. 99: one fails, or --path names one that is not offered. 3:
the deployment cannot be reached.
`,
};
