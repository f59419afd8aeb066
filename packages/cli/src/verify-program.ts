import type { ExitCode } from '@livekit-swarm/settings/errors';
import { type Command, Option } from 'commander';
import type { VerifyFlags } from './commands/verify.ts';
import type { Console } from './console.ts';
import { deploymentFlags } from './flags/deployment.ts';
import { addGroup } from './flags/environment.ts';
import { addHostFlags, CONFIRMED } from './flags/host-rules.ts';
import { isTyped } from './flags/is-typed.ts';
import { resultOutputFlags } from './flags/output.ts';
import { repeatable } from './flags/repeatable.ts';
import { tokenEndpointFlags } from './flags/token-endpoint.ts';
import { addHelp, type CommandHelp } from './help/command-help.ts';

/** `swarm verify`. Its code is loaded on use. */
export const addVerifyCommand = (
  program: Command,
  console: Console,
  done: (exitCode: ExitCode) => void,
): void => {
  const command = program
    .command('verify')
    .description('find wrong settings of a deployment, and how to fix them');
  addGroup(command, console.env, 'Deployment:', deploymentFlags());
  addHostFlags(command, 'Deployment:', CONFIRMED.probe);
  addGroup(command, console.env, 'What is known of it:', [
    repeatable(
      '--node <name=url>',
      'a node, by the URL of its metrics (may be repeated): node-1=http://10.0.0.1:6789/metrics',
    ),
    new Option(
      '--redis <url>',
      'LiveKit’s Redis, in which the nodes are registered; it is only read',
    ),
    repeatable(
      '--announced <prefix>',
      'prefix of the addresses that nodes may announce (may be repeated): 203.0.113.0/24',
    ),
    repeatable(
      '--closed-port <port>',
      'port that must not answer users (may be repeated; default on public addresses: 6379, 6789, 7070, 9090, 6060)',
    ),
    new Option('--participants <n>', 'participants that a room must accept (default: 2)'),
  ]);
  addGroup(command, console.env, 'Further checks:', [
    new Option(
      '--token <token>',
      'a token that your application gave to a participant; better SWARM_TOKEN: flags show in the process list',
    ),
    ...tokenEndpointFlags(),
    new Option(
      '--webhook-port <port>',
      'a receiver of webhooks listens here for some seconds; webhook.urls of the nodes must have it',
    ),
    repeatable(
      '--turn-url <url>',
      'a TURN server that your application gives to its users (may be repeated): turn:HOST:3478?transport=udp; with --turn-username and SWARM_TURN_CREDENTIAL, or SWARM_TURN_SECRET, from which a credential is made',
    ),
    new Option('--turn-username <name>', 'user name of the credential for --turn-url'),
    new Option('--agent <name>', 'an agent of this name gets a job, in a room of its own'),
    new Option('--idle <time>', 'hold a signal connection open without messages, up to 50s'),
  ]);
  // Not from the environment: a variable that was left behind would reload a proxy.
  command.addOption(
    new Option(
      '--reload <command>',
      'run this command, which reloads your proxy, while a signal connection is open: "systemctl reload nginx"; in a maintenance window',
    ).helpGroup('Further checks:'),
  );
  addGroup(command, console.env, 'Output:', resultOutputFlags('verify'));
  addHelp(command, verifyHelp).action(async (flags: VerifyFlags, own: Command) => {
    const { verifyCommand } = await import('./commands/verify.ts');
    done(await verifyCommand(flags, isTyped(own), console));
  });
};

const verifyHelp: CommandHelp = {
  examples: [
    ['swarm verify --url wss://livekit.example.com'],
    ['swarm verify --redis redis://10.0.0.5:6379 --announced 203.0.113.0/24'],
    ['swarm verify --closed-port 6379 --closed-port 6789 --report junit=verify.xml'],
  ],
  notes: `
Safe in production: at most two participants at a time, in rooms of random names that are deleted.
Exit code 0: passed, with or without warnings. 99: something is wrong. 98: a check could not be
made. 3: the deployment cannot be reached, or rejects the key.
`,
};
