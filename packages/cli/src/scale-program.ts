import type { ExitCode } from '@livekit-swarm/settings/errors';
import { type Command, Option } from 'commander';
import type { ScaleFlags } from './commands/scale.ts';
import type { Console } from './console.ts';
import { addGroup } from './flags/environment.ts';
import { processesFlag } from './flags/generator.ts';
import { colorFlag, quietFlag, recordFlag, reportFlags } from './flags/output.ts';
import { labServerFlag } from './flags/server.ts';
import { addHelp, type CommandHelp } from './help/command-help.ts';

/** `swarm scale`. Its code is loaded on use. */
export const addScaleCommand = (
  program: Command,
  console: Console,
  done: (exitCode: ExitCode) => void,
): void => {
  const scale = program
    .command('scale')
    .description('rehearse an autoscaler: does it keep up with a timetable')
    .argument('<file>', 'scaler file: timetable, nodes, rule and objectives');
  addGroup(scale, console.env, 'Rehearsal:', [
    new Option('--compare', 'also rehearse the other mode, predictive or reactive, beside it'),
    labServerFlag(),
  ]);
  addGroup(scale, console.env, 'Result:', [recordFlag('TIME-scale-NAME'), ...reportFlags('scale')]);
  addGroup(scale, console.env, 'Load generator:', [processesFlag(), quietFlag()]);
  scale.optionsGroup('General:').addOption(colorFlag());
  addHelp(scale, scaleHelp).action(async (file: string, flags: ScaleFlags) => {
    const { scaleCommand } = await import('./commands/scale.ts');
    done(await scaleCommand(file, flags, console));
  });
};

const scaleHelp: CommandHelp = {
  examples: [
    ['swarm scale examples/scale/evening.yaml'],
    ['swarm scale examples/scale/evening.yaml --compare --report html=scale.html'],
    ['swarm scale examples/scale/evening.yaml --server 1.13.4+node.yaml'],
  ],
  notes: `
Starts a lab of livekit-servers on this host (Redis and haproxy must be installed), runs the
timetable, and orders and drains nodes by the rule of the file. Times can be compressed: seconds in
place of minutes.

Exit codes: 0 the scaler keeps up; 99 it does not; 98 unknown: this host was too slow, or the load
never crossed the target; 2 bad usage or a wrong file; 3 the lab could not be started,
or a node of it ended on its own; 130 interrupted.
`,
};
