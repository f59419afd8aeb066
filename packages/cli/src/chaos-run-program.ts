import type { ExitCode } from '@livekit-swarm/settings/errors';
import { type Command, Option } from 'commander';
import type { ChaosRunFlags } from './commands/chaos-run.ts';
import type { Console } from './console.ts';
import {
  addDrillDeployment,
  addDrillFlags,
  addExpiryMargin,
  addFaultPermissions,
} from './flags/drill.ts';
import { addGroup } from './flags/environment.ts';
import { processesFlag } from './flags/generator.ts';
import { isTyped } from './flags/is-typed.ts';
import { servedMetricsFlags } from './flags/live.ts';
import { colorFlag, quietFlag, reportFlags } from './flags/output.ts';
import { addHelp, type CommandHelp } from './help/command-help.ts';

/** `swarm chaos run`. Its code is loaded on use. */
export const addChaosRunCommand = (
  chaos: Command,
  console: Console,
  done: (exitCode: ExitCode) => void,
): void => {
  const { env } = console;
  const run = chaos
    .command('run')
    .description('run drills one after the other and decide a verdict for each')
    .argument('<files...>', 'drill files; - for standard input');
  addDrillFlags(run, env);
  addDrillDeployment(run, env);
  addFaultPermissions(run);
  addExpiryMargin(run, env);
  addGroup(run, env, 'Verdict:', [
    new Option('--strict', 'treat known failures as failures'),
    ...reportFlags('drill'),
    new Option('--record <dir>', 'folder for records and logs (default: records/TIME-DRILL)'),
    ...servedMetricsFlags(),
  ]);
  addGroup(run, env, 'Load generator:', [processesFlag(), quietFlag()]);
  run.optionsGroup('General:').addOption(colorFlag());
  addHelp(run, runHelp).action(async (files: string[], _flags: unknown, command: Command) => {
    const { chaosRunCommand } = await import('./commands/chaos-run.ts');
    done(await chaosRunCommand(files, command.opts<ChaosRunFlags>(), isTyped(command), console));
  });
};

const runHelp: CommandHelp = {
  examples: [
    ['swarm chaos run chaos/kill-room-node.yaml'],
    ['swarm chaos run chaos/hang-10s.yaml --repeats 3 --strict'],
    ['swarm chaos run chaos/*.yaml --report junit=out/junit.xml --report html=out/drill.html'],
    ['swarm chaos run chaos/forced-stop.yaml --reconnect-policy sdk', 'without rejoining'],
  ],
  notes: `
Each repeat has its own lab, as the drill defines it. Every fault is written to the journal before
its injection, and rolled back in any case: at its time, at the end, and on Ctrl-C; when swarm was
killed, by the target itself a minute later, or earlier by "swarm chaos rollback" or the next drill.

Exit codes:
    0  every objective was met, or only known failures occurred (not with --strict)
    2  a file or a flag is wrong, or the target is not confirmed; nothing was injected
    3  something could not be reached, injected or rolled back
   98  void (no steady state, or a fault is not available), or inconclusive (load generator impaired)
   99  an objective was missed
  130  interrupted; every fault was rolled back

Of several the most severe counts: 130, 1, 2, 3, 99, 98, 0.
`,
};
