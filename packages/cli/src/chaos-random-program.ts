import type { ExitCode } from '@livekit-swarm/settings/errors';
import { type Command, Option } from 'commander';
import type { ChaosRandomFlags } from './commands/chaos-random.ts';
import type { Console } from './console.ts';
import { addDrillDeployment, addExpiryMargin, addFaultPermissions } from './flags/drill.ts';
import { addGroup } from './flags/environment.ts';
import { processesFlag, reconnectPolicyFlag } from './flags/generator.ts';
import { isTyped } from './flags/is-typed.ts';
import { servedMetricsFlags } from './flags/live.ts';
import { colorFlag, quietFlag, recordFlag, reportFlags } from './flags/output.ts';
import { addHelp, type CommandHelp } from './help/command-help.ts';

/** `swarm chaos random`. Its code is loaded on use. */
export const addChaosRandomCommand = (
  chaos: Command,
  console: Console,
  done: (exitCode: ExitCode) => void,
): void => {
  const { env } = console;
  const random = chaos
    .command('random')
    .description('run drills with random faults and check invariants of calls');
  addGroup(random, env, 'Search:', [
    new Option('--seed <n>', 'seed of all schedules (default: a new one, which is printed)'),
    new Option('--for <duration>', 'time of all drills together (default: 10m)'),
    new Option('--drills <n>', 'end after this number of drills (default: no limit)'),
    new Option(
      '--max-duration <duration>',
      'end after this time, to be continued with --resume (default: no limit)',
    ),
    new Option(
      '--shrink <n>',
      'drills to find a smaller schedule with the same violation; 0: none (default: 8)',
    ),
  ]);
  for (const option of [
    new Option('--resume', 'continue the last search that was killed, interrupted or out of time'),
    new Option('--print <n>', 'print the file of the drill with this number, and run nothing'),
  ])
    random.addOption(option.helpGroup('Search:'));
  addGroup(random, env, 'Schedules:', [
    new Option('--faults <list>', 'draw only these faults: hang,kill (default: all available)'),
    new Option('--without <list>', 'do not draw these faults: hang,kill'),
    new Option('--span <duration>', 'time of a drill in which faults begin (default: 30s)'),
    new Option('--intensity <n>', 'faults per minute of this time, on average (default: 6)'),
    new Option('--at-once <n>', 'components that are affected at the same time (default: 2)'),
    new Option('--recovery <duration>', 'quiet time at the end of a drill (default: 40s)'),
  ]);
  addGroup(random, env, 'Load:', [
    new Option('--rooms <n>', 'rooms (default: 3)'),
    new Option('--participants <n>', 'participants per room, each publishing audio (default: 3)'),
    new Option('--scenario <file>', 'the load of this scenario file instead'),
    new Option('--scale <scale>', 'with --scenario: a scale of its file, or a factor: small, 0.1'),
    new Option(
      '--steady-at <duration>',
      'with --scenario: time of the first possible fault, after the start of the run',
    ),
    reconnectPolicyFlag('app'),
    new Option('--nodes <n>', 'nodes of a lab that is started for each drill (default: 3)'),
  ]);
  addDrillDeployment(random, env);
  addFaultPermissions(random);
  addExpiryMargin(random, env);
  addGroup(random, env, 'Verdict:', [
    new Option('--known <file>', 'violations that do not fail, YAML (default: none)'),
    ...reportFlags('random'),
    recordFlag('random/TIME'),
    ...servedMetricsFlags(),
  ]);
  addGroup(random, env, 'Load generator:', [processesFlag(), quietFlag()]);
  random.optionsGroup('General:').addOption(colorFlag());
  addHelp(random, randomHelp).action(async (_flags: unknown, command: Command) => {
    const { chaosRandomCommand } = await import('./commands/chaos-random.ts');
    const flags = command.opts<ChaosRandomFlags>();
    done(await chaosRandomCommand(flags, isTyped(command), console));
  });
};

const randomHelp: CommandHelp = {
  examples: [
    ['swarm chaos random --for 1h', 'in labs on this host'],
    ['swarm chaos random --seed 7 --print 3', 'the third drill of this seed, as a drill file'],
    ['swarm chaos random --lab dev --faults hang,kill --drills 5'],
    ['swarm chaos random --resume', 'after Ctrl-C, --max-duration, or a host that failed'],
  ],
  notes: `
Each drill injects faults that the deployment offers, at times that the seed decides, and is quiet at
the end. Its record is checked for invariants: no participant is connected without media for 30 s; a
room is on two nodes for 20 s at most; no participant receives a track of another room, or one track
twice; after 30 s without faults every subscription flows. The first schedule that violates one is made smaller, and
kept as a drill file.

Exit codes:
    0  every invariant held, or the violations are known (--known)
    2  a file or a flag is wrong, or the target is not confirmed; nothing was injected
    3  something could not be reached, injected or rolled back
   98  more than half of the drills were void or inconclusive
   99  an invariant was violated
  130  interrupted; every fault was rolled back

Of several the most severe counts: 130, 1, 2, 99, 3, 98, 0.
`,
};
