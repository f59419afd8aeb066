import type { ExitCode } from '@livekit-swarm/settings/errors';
import { type Command, Option } from 'commander';
import type { VerifyFlags } from './commands/verify.ts';
import type { Console } from './console.ts';
import { addGroup } from './flags/environment.ts';
import { isTyped } from './flags/is-typed.ts';
import { resultOutputFlags } from './flags/output.ts';
import { addVerifyFlags } from './flags/verify.ts';
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
  addVerifyFlags(command, console);
  addGroup(command, console.env, 'What is known of it:', [
    new Option('--participants <n>', 'participants that a room must accept (default: 2)'),
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
