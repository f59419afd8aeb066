import type { ExitCode } from '@livekit-swarm/settings/errors';
import type { Command } from 'commander';
import { addChaosNightCommand } from './chaos-night-program.ts';
import { addChaosRandomCommand } from './chaos-random-program.ts';
import { addChaosRunCommand } from './chaos-run-program.ts';
import type { ChaosDoctorFlags } from './commands/chaos-doctor.ts';
import type { ChaosHelperFlags } from './commands/chaos-helper.ts';
import type { ChaosPlanFlags } from './commands/chaos-plan.ts';
import type { ChaosReportFlags } from './commands/chaos-report.ts';
import type { ChaosRollbackFlags } from './commands/chaos-rollback.ts';
import type { Console } from './console.ts';
import { addDrillDeployment, addDrillFlags } from './flags/drill.ts';
import { isTyped } from './flags/is-typed.ts';
import { colorFlag, reportFlags } from './flags/output.ts';
import { addHelp, type CommandHelp } from './help/command-help.ts';

type Done = (exitCode: ExitCode) => void;

/** `swarm chaos …`: drills. Their code is loaded when they are called for. */
export const addChaosCommands = (program: Command, console: Console, done: Done): void => {
  const chaos = program
    .command('chaos')
    .description('inject faults under load and measure recovery');
  addHelp(chaos, chaosHelp);
  addChaosRunCommand(chaos, console, done);
  addChaosNightCommand(chaos, console, done);
  addChaosRandomCommand(chaos, console, done);
  addReportCommand(chaos, console, done);
  addFileCommands(chaos, console, done);
  addTargetCommands(chaos, console, done);
  addHelperCommand(chaos, console, done);
};

/** Adds the program of the helper pod, which no user types. */
const addHelperCommand = (chaos: Command, console: Console, done: Done): void => {
  const helper = chaos
    .command('helper', { hidden: true })
    .description('inject faults into pods of this Kubernetes node, as its drill requests')
    .requiredOption('--effects <file>', 'file on the node for the effects that it has to undo')
    .requiredOption(
      '--heartbeat-timeout <duration>',
      'undo everything after this time without a request',
    )
    .requiredOption('--lifetime <duration>', 'undo everything and end after this time');
  addHelp(helper, helperHelp).action(async (flags: ChaosHelperFlags) => {
    const { chaosHelperCommand } = await import('./commands/chaos-helper.ts');
    done(await chaosHelperCommand(flags, console));
  });
};

const addReportCommand = (chaos: Command, console: Console, done: Done): void => {
  const report = chaos
    .command('report')
    .description('evaluate and render drills again from their records')
    .argument('<folders...>', 'folders of drills, as "swarm chaos run" named them')
    .option('--strict', 'treat known failures as failures');
  for (const option of reportFlags('drill')) report.addOption(option);
  addHelp(report.addOption(colorFlag()), reportHelp).action(
    async (folders: string[], flags: ChaosReportFlags) => {
      const { chaosReportCommand } = await import('./commands/chaos-report.ts');
      done(await chaosReportCommand(folders, flags, console));
    },
  );
};

/** Adds the commands on the files of drills, which look at no target. */
const addFileCommands = (chaos: Command, console: Console, done: Done): void => {
  const validate = chaos
    .command('validate')
    .description('check drill files and report every problem')
    .argument('<files...>', 'drill files; - for standard input')
    .option('--json', 'print one JSON object')
    .addOption(colorFlag());
  addHelp(validate, { examples: [['swarm chaos validate chaos/hang-10s.yaml']] }).action(
    async (files: string[], flags: { json?: boolean; color: boolean }) => {
      const { chaosValidateCommand } = await import('./commands/chaos-validate.ts');
      done(await chaosValidateCommand(files, flags, console));
    },
  );

  const list = chaos
    .command('list')
    .description('list the included drills and the available faults')
    .option('--json', 'print one JSON object')
    .addOption(colorFlag());
  addHelp(list, { examples: [['swarm chaos list']] }).action(
    async (flags: { json?: boolean; color: boolean }) => {
      const { chaosListCommand } = await import('./commands/chaos-list.ts');
      done(await chaosListCommand(flags, console));
    },
  );
};

/** Adds the commands on a target that inject nothing. */
const addTargetCommands = (chaos: Command, console: Console, done: Done): void => {
  const plan = chaos
    .command('plan')
    .description('dry run: print the fault schedule and targets')
    .argument('<file>', 'a drill file; - for standard input');
  addDrillFlags(plan, console.env);
  addDrillDeployment(plan, console.env);
  plan.option('--json', 'print one JSON object').addOption(colorFlag());
  addHelp(plan, { examples: [['swarm chaos plan chaos/hang-10s.yaml']] }).action(
    async (file: string, _flags: unknown, command: Command) => {
      const { chaosPlanCommand } = await import('./commands/chaos-plan.ts');
      const flags = command.opts<ChaosPlanFlags>();
      done(await chaosPlanCommand(file, flags, isTyped(command), console));
    },
  );

  const doctor = chaos
    .command('doctor')
    .description('show which faults are available here, and what the others need');
  addDrillDeployment(doctor, console.env);
  doctor.option('--json', 'print one JSON object').addOption(colorFlag());
  addHelp(doctor, { examples: [['swarm chaos doctor --kubernetes livekit']] }).action(
    async (_flags: unknown, command: Command) => {
      const { chaosDoctorCommand } = await import('./commands/chaos-doctor.ts');
      const flags = command.opts<ChaosDoctorFlags>();
      done(await chaosDoctorCommand(flags, isTyped(command), console));
    },
  );

  const rollback = chaos
    .command('rollback')
    .description('roll back faults left by interrupted drills')
    .option('--force', 'also roll back faults of a drill that is still running')
    .option('--scan', 'list what faults left on this host by its own name, also without a journal')
    .option('--ssh <hosts>', 'scan these hosts instead: lk-1,root@10.0.0.5')
    .option('--ssh-config <file>', 'configuration for ssh -F (default: your own)')
    .option('--docker <name>', 'scan the engine of these containers instead, wherever it is')
    .option('--kubernetes <namespace>', 'scan this namespace instead')
    .option('--kube-context <name>', 'context of the kubeconfig (default: its current one)')
    .option('--remove', 'remove what the scan lists')
    .option('--json', 'print one JSON object');
  addHelp(rollback, rollbackHelp).action(async (flags: ChaosRollbackFlags) => {
    const { chaosRollbackCommand } = await import('./commands/chaos-rollback.ts');
    done(await chaosRollbackCommand(flags, console));
  });
};

const chaosHelp: CommandHelp = {
  examples: [
    ['swarm chaos run chaos/kill-room-node.yaml', 'recovery after the node of a room is killed'],
    ['swarm chaos list', 'included drills and available faults'],
    ['swarm chaos report records/TIME-DRILL', 'evaluate again from the records: --report html'],
    ['swarm chaos rollback', 'after an interrupted drill'],
  ],
  notes: `
docs/chaos.md describes drill files and drills against your deployment.
`,
};

const reportHelp: CommandHelp = {
  examples: [
    ['swarm chaos report records/2026-11-21T12-00-00-hang-10s --report html'],
    ['swarm chaos report records/*-hang-10s --report junit=out/junit.xml'],
  ],
  notes: `
The definition is read from drill.json in the folder; everything else is measured again from the
records. Exits as "swarm chaos run".
`,
};

const helperHelp: CommandHelp = {
  examples: [
    ['swarm chaos helper --effects /host/run/a.json --heartbeat-timeout 20s --lifetime 10m'],
  ],
  notes: `
Started in a pod by "swarm chaos run --helper"; requests are lines of JSON on its standard input.
`,
};

const rollbackHelp: CommandHelp = {
  examples: [
    ['swarm chaos rollback', 'faults in the journal'],
    ['swarm chaos rollback --scan --ssh lk-1', 'what faults left there, without a journal'],
  ],
};
