import type { ExitCode } from '@livekit-swarm/settings/errors';
import { type Command, Option } from 'commander';
import type { RollFlags } from './commands/roll.ts';
import type { Console } from './console.ts';
import { addExpiryMargin, addFaultPermissions, addRollDeployment } from './flags/drill.ts';
import { addGroup } from './flags/environment.ts';
import { processesFlag, reconnectPolicyFlag } from './flags/generator.ts';
import { isTyped } from './flags/is-typed.ts';
import { servedMetricsFlags } from './flags/live.ts';
import { colorFlag, quietFlag, recordFlag, reportFlags } from './flags/output.ts';
import { addHelp, type CommandHelp } from './help/command-help.ts';

/** `swarm roll`. Its code is loaded on use. */
export const addRollCommand = (
  program: Command,
  console: Console,
  done: (exitCode: ExitCode) => void,
): void => {
  const { env } = console;
  const roll = program
    .command('roll')
    .description('upgrade node by node under calls, and undo it when it fails')
    .argument('<from>', 'what the nodes run: VERSION|PATH[+CONFIG], or an image')
    .argument('<to>', 'what they shall run');
  addGroup(roll, env, 'Load:', [
    new Option('--load <file>', 'scenario file with the calls (required)'),
    new Option('--scale <scale>', 'a scale of its file, or a factor: small, 0.1'),
    new Option(
      '--steady-at <duration>',
      'time of the first drain, after the start of the run (default: when all have joined)',
    ),
    reconnectPolicyFlag('sdk'),
  ]);
  addGroup(roll, env, 'Roll:', [
    new Option(
      '--order <order>',
      'in-place, or surge: a spare node takes part meanwhile (default: in-place)',
    )
      .choices(['in-place', 'surge'])
      .default('in-place'),
    new Option(
      '--drain <duration>',
      'longest time from SIGTERM until a node with rooms is ended (default: 30s)',
    ).default('30s'),
    new Option(
      '--drain-end <signal>',
      'signal for a node that still has rooms then: sigkill, or sigterm (a second one) (default: sigkill)',
    )
      .choices(['sigkill', 'sigterm'])
      .default('sigkill'),
    new Option(
      '--gate <duration>',
      'time within which a new node and the load must be healthy (default: 30s)',
    ).default('30s'),
    new Option(
      '--settle <duration>',
      'observation after the last node, and after the rollback (default: 15s)',
    ).default('15s'),
    new Option('--rollback', 'second half of the drill: after success, roll back, measured too'),
    new Option('--nodes <n>', 'nodes of the lab that is started for the roll (default: 3)').default(
      '3',
    ),
    new Option(
      '--drill <file>',
      'drill file with other objectives, join probes and abort condition, without faults',
    ),
  ]);
  addRollDeployment(roll, env);
  addFaultPermissions(roll);
  addExpiryMargin(roll, env);
  addGroup(roll, env, 'Verdict:', [
    ...reportFlags('roll'),
    recordFlag('TIME-roll'),
    ...servedMetricsFlags(),
  ]);
  addGroup(roll, env, 'Load generator:', [processesFlag(), quietFlag()]);
  roll.optionsGroup('General:').addOption(colorFlag());
  addHelp(roll, rollHelp).action(
    async (from: string, to: string, _flags: unknown, command: Command) => {
      const { rollCommand } = await import('./commands/roll.ts');
      const flags = command.opts<RollFlags>();
      done(await rollCommand(from, to, flags, isTyped(command), console));
    },
  );
};

const rollHelp: CommandHelp = {
  examples: [
    ['swarm roll 1.11.0 1.13.5 --load scenarios/video-meeting.yaml --scale small'],
    ['swarm roll 1.13.4 1.13.4+new.yaml --load calls.yaml'],
    ['swarm roll 1.13.4 1.13.5 --load calls.yaml --order surge --rollback'],
    ['swarm roll v1.13.4 v1.13.5 --load calls.yaml --docker staging --confirm-target staging'],
  ],
  notes: `
Each node is drained (SIGTERM), ended when it is empty or the drain is over, started with the new
release, and checked: it answers, a participant joins a room on it, and the calls meet every
objective. Then the next one follows. If a node fails, every node that was changed goes back. A roll
that cannot be undone (no old image, no old program) is refused before it starts.

Exit codes:
    0  every node has the new release, or went back with --rollback, and every objective was met
    2  a file or a flag is wrong, or the target is not confirmed; nothing was changed
    3  the roll was refused, something could not be reached, or a node could not be put back
   98  inconclusive (load generator impaired), or void (no steady state)
   99  a node did not start or failed its gate, or an objective was missed; everything was put back
  130  interrupted; everything was put back
`,
};
