import type { ExitCode } from '@livekit-swarm/settings/errors';
import { type Command, Option } from 'commander';
import type { ChaosNightFlags } from './commands/chaos-night.ts';
import type { Console } from './console.ts';
import {
  addDrillDeployment,
  addExpiryMargin,
  addFaultPermissions,
  repeatsFlag,
} from './flags/drill.ts';
import { addGroup } from './flags/environment.ts';
import { processesFlag } from './flags/generator.ts';
import { isTyped } from './flags/is-typed.ts';
import { servedMetricsFlags } from './flags/live.ts';
import { colorFlag, quietFlag, recordFlag, reportFlags } from './flags/output.ts';
import { addHelp, type CommandHelp } from './help/command-help.ts';

/** `swarm chaos night`. Its code is loaded on use. */
export const addChaosNightCommand = (
  chaos: Command,
  console: Console,
  done: (exitCode: ExitCode) => void,
): void => {
  const { env } = console;
  const night = chaos
    .command('night')
    .description('run a folder of drills in random order and fail on a new outcome')
    .argument('<paths...>', 'folders of drills, and drill files');
  addGroup(night, env, 'Night:', [
    new Option('--seed <n>', 'seed of the order (default: a new one, which is printed)'),
    repeatsFlag(),
    new Option(
      '--max-duration <duration>',
      'end after this time; drills that were left out are listed (default: no limit)',
    ),
  ]);
  for (const option of [
    new Option('--resume', 'continue the last night that was killed, interrupted or out of time'),
    new Option('--dry-run', 'print the order and the expected duration, and start nothing'),
  ])
    night.addOption(option.helpGroup('Night:'));
  addDrillDeployment(night, env);
  addFaultPermissions(night);
  addExpiryMargin(night, env);
  addGroup(night, env, 'Verdict:', [
    new Option(
      '--history <file>',
      'outcomes of all nights, NDJSON (default: records/night/history.ndjson)',
    ),
    new Option('--expectations <file>', 'outcomes that drills may have, YAML (default: none)'),
    new Option(
      '--nights <n>',
      'last nights that must agree on an outcome before it is known (default: 3)',
    ).default('3'),
    ...reportFlags('night'),
    recordFlag('night/TIME'),
    ...servedMetricsFlags(),
  ]);
  addGroup(night, env, 'Load generator:', [processesFlag(), quietFlag()]);
  night.optionsGroup('General:').addOption(colorFlag());
  addHelp(night, nightHelp).action(async (paths: string[], _flags: unknown, command: Command) => {
    const { chaosNightCommand } = await import('./commands/chaos-night.ts');
    const flags = command.opts<ChaosNightFlags>();
    done(await chaosNightCommand(paths, flags, isTyped(command), console));
  });
};

const nightHelp: CommandHelp = {
  examples: [
    ['swarm chaos night chaos --dry-run'],
    ['swarm chaos night chaos --max-duration 2h --report html=out/night.html'],
    ['swarm chaos night chaos --expectations chaos/night/expectations.yaml'],
    ['swarm chaos night chaos --resume', 'after Ctrl-C, or a host that failed'],
  ],
  notes: `
A known outcome does not fail: one of --expectations, a known failure in the file of the drill, or
the outcome that the last nights agree on. A drill without history is judged by its objectives. One
that was void or inconclusive is repeated once, at the end. Drills that need another deployment are
listed as left out.

Exit codes:
    0  every outcome is known, or new and every objective was met
    2  a file or a flag is wrong, or the target is not confirmed; nothing was injected
    3  something could not be reached, injected or rolled back
   98  a drill was void or inconclusive, also when it was repeated, or no drill was executed
   99  an outcome changed, or a drill without history missed an objective
  130  interrupted; every fault was rolled back

Of several the most severe counts: 130, 1, 2, 3, 99, 98, 0.
`,
};
