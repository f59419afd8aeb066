import { DEFAULT_LIVEKIT_VERSION, LIVEKIT_VERSIONS } from '@livekit-swarm/lab/choices';
import type { ExitCode } from '@livekit-swarm/settings/errors';
import { type Command, Option } from 'commander';
import type { ChaosDoctorFlags } from './commands/chaos-doctor.ts';
import type { ChaosPlanFlags } from './commands/chaos-plan.ts';
import type { ChaosReportFlags } from './commands/chaos-report.ts';
import type { ChaosRollbackFlags } from './commands/chaos-rollback.ts';
import type { ChaosRunFlags } from './commands/chaos-run.ts';
import type { Console } from './console.ts';
import { authoritiesFlag, embeddedFlag } from './flags/deployment.ts';
import { addGroup } from './flags/environment.ts';
import { processesFlag, reconnectPolicyFlag } from './flags/generator.ts';
import { hostFlags } from './flags/host-rules.ts';
import { metricsFlag } from './flags/live.ts';
import { colorFlag, quietFlag, reportFlags } from './flags/output.ts';
import { repeatable } from './flags/repeatable.ts';

const deploymentFlags = (): Option[] => [
  embeddedFlag(),
  new Option('--lab <name>', 'a running lab ("swarm lab up"); it keeps running after the drill'),
  new Option(
    '--livekit-version <version>',
    `version of the lab that is started: ${LIVEKIT_VERSIONS.join(', ')} (default: ${DEFAULT_LIVEKIT_VERSION})`,
  ).choices(LIVEKIT_VERSIONS),
];

/**
 * Flags that describe a deployment that is not a lab: its platform, its URL and what can be
 * observed.
 */
const platformFlags = (): Option[] => [
  new Option('--docker <name>', 'containers with the label swarm.drill=NAME, or with KEY=VALUE'),
  new Option(
    '--docker-components <list>',
    'kinds of containers without the label swarm.component: node=livekit,redis=cache',
  ),
  new Option('--kubernetes <namespace>', 'pods of this namespace'),
  new Option('--kube-context <name>', 'context of the kubeconfig (default: its current one)'),
  new Option('--ssh <hosts>', 'systemd units on these hosts: lk-1,root@10.0.0.5'),
  new Option('--ssh-config <file>', 'configuration for ssh -F (default: your own)'),
  repeatable(
    '--unit <kind=name>',
    'a systemd unit, on this host or those of --ssh: node=livekit-server (may be repeated)',
  ),
  new Option('--url <url>', 'URL of the deployment, wss:// or ws://; also LIVEKIT_URL'),
  new Option(
    '--api-url <url>',
    'URL of the API (/twirp), where it is not below --url; also LIVEKIT_API_URL',
  ),
  new Option('--api-key <key>', 'API key; also LIVEKIT_API_KEY'),
  new Option(
    '--api-secret <secret>',
    'API secret; better LIVEKIT_API_SECRET: flags show in the process list',
  ),
  authoritiesFlag(),
  new Option(
    '--redis <url>',
    'Redis of the deployment, to compare its rooms with the participants',
  ),
  new Option('--load-balancer-metrics <url>', 'metrics of HAProxy, to count healthy backends'),
  new Option(
    '--prometheus <url>',
    'Prometheus of the deployment, whose alerts become part of the report',
  ),
];

const fromCommandLine =
  (command: Command) =>
  (flag: string): boolean =>
    command.getOptionValueSource(flag) === 'cli';

const drillFlags = (): Option[] => [
  new Option('--repeats <n>', 'repeats of each drill (default: as in its file)'),
  reconnectPolicyFlag('as in the file'),
];

const DEPLOYMENT = 'Deployment (default: a lab on this host, started for each repeat):';
const USER_DEPLOYMENT = 'Your deployment:';

/** `swarm chaos …`: drills. Their code is loaded when they are called for. */
export const addChaosCommands = (
  program: Command,
  console: Console,
  done: (exitCode: ExitCode) => void,
): void => {
  const { env } = console;
  const chaos = program
    .command('chaos')
    .description('inject faults under load and measure recovery')
    .helpCommand(false)
    .addHelpText('after', chaosHelp);

  const run = chaos
    .command('run')
    .description('run drills one after the other and decide a verdict for each')
    .argument('<files...>', 'drill files; - for standard input');
  addGroup(run, env, 'Drill:', drillFlags());
  addGroup(run, env, DEPLOYMENT, deploymentFlags());
  addGroup(run, env, USER_DEPLOYMENT, platformFlags());
  // Rules of the environment (SWARM_ALLOW_HOST) are read apart: flags must not replace them.
  for (const option of hostFlags()) run.addOption(option.helpGroup(USER_DEPLOYMENT));
  // Never from the environment, where it would be forgotten.
  run.addOption(
    new Option(
      '--confirm-target <name>',
      'allow faults against this deployment, which is not a lab',
    ).helpGroup(USER_DEPLOYMENT),
  );
  run.addOption(
    new Option(
      '--allow-unproven-target',
      'inject also where it cannot be proven that the participants use this deployment',
    ).helpGroup(USER_DEPLOYMENT),
  );
  run.addOption(
    new Option(
      '--without-expiry',
      'inject also where the target cannot roll back on its own when this host fails',
    ).helpGroup(USER_DEPLOYMENT),
  );
  addGroup(run, env, 'Automatic rollback on the target:', [
    new Option(
      '--expiry-margin <duration>',
      'from the scheduled rollback until the target rolls back on its own (default: 60s)',
    ).default('60s'),
  ]);
  addGroup(run, env, 'Verdict:', [
    new Option('--strict', 'treat known failures as failures'),
    ...reportFlags('drill'),
    new Option('--record <dir>', 'folder for records and logs (default: records/TIME-DRILL)'),
    metricsFlag(),
  ]);
  addGroup(run, env, 'Load generator:', [processesFlag(), quietFlag()]);
  run
    .optionsGroup('General:')
    .addOption(colorFlag())
    .addHelpText('after', runHelp)
    .action(async (files: string[], _flags: unknown, command: Command) => {
      const { chaosRunCommand } = await import('./commands/chaos-run.ts');
      done(
        await chaosRunCommand(
          files,
          command.opts<ChaosRunFlags>(),
          fromCommandLine(command),
          console,
        ),
      );
    });

  const report = chaos
    .command('report')
    .description('evaluate and render drills again from their records')
    .argument('<folders...>', 'folders of drills, as "swarm chaos run" named them')
    .option('--strict', 'treat known failures as failures');
  for (const option of reportFlags('drill')) report.addOption(option);
  report
    .addOption(colorFlag())
    .addHelpText('after', reportHelp)
    .action(async (folders: string[], flags: ChaosReportFlags) => {
      const { chaosReportCommand } = await import('./commands/chaos-report.ts');
      done(await chaosReportCommand(folders, flags, console));
    });

  chaos
    .command('validate')
    .description('check drill files and report every problem')
    .argument('<files...>', 'drill files; - for standard input')
    .option('--json', 'print one JSON object')
    .addOption(colorFlag())
    .action(async (files: string[], flags: { json?: boolean; color: boolean }) => {
      const { chaosValidateCommand } = await import('./commands/chaos-validate.ts');
      done(await chaosValidateCommand(files, flags, console));
    });

  chaos
    .command('list')
    .description('list the included drills and the available faults')
    .option('--json', 'print one JSON object')
    .addOption(colorFlag())
    .action(async (flags: { json?: boolean; color: boolean }) => {
      const { chaosListCommand } = await import('./commands/chaos-list.ts');
      done(await chaosListCommand(flags, console));
    });

  const plan = chaos
    .command('plan')
    .description('dry run: print the fault schedule and targets')
    .argument('<file>', 'a drill file; - for standard input');
  addGroup(plan, env, 'Drill:', drillFlags());
  addGroup(plan, env, DEPLOYMENT, deploymentFlags());
  addGroup(plan, env, USER_DEPLOYMENT, platformFlags());
  plan
    .option('--json', 'print one JSON object')
    .addOption(colorFlag())
    .action(async (file: string, _flags: unknown, command: Command) => {
      const { chaosPlanCommand } = await import('./commands/chaos-plan.ts');
      done(
        await chaosPlanCommand(
          file,
          command.opts<ChaosPlanFlags>(),
          fromCommandLine(command),
          console,
        ),
      );
    });

  const doctor = chaos
    .command('doctor')
    .description('show which faults are available here, and what the others need');
  addGroup(doctor, env, DEPLOYMENT, deploymentFlags());
  addGroup(doctor, env, USER_DEPLOYMENT, platformFlags());
  doctor
    .option('--json', 'print one JSON object')
    .addOption(colorFlag())
    .action(async (_flags: unknown, command: Command) => {
      const { chaosDoctorCommand } = await import('./commands/chaos-doctor.ts');
      done(
        await chaosDoctorCommand(
          command.opts<ChaosDoctorFlags>(),
          fromCommandLine(command),
          console,
        ),
      );
    });

  chaos
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
    .option('--json', 'print one JSON object')
    .action(async (flags: ChaosRollbackFlags) => {
      const { chaosRollbackCommand } = await import('./commands/chaos-rollback.ts');
      done(await chaosRollbackCommand(flags, console));
    });
};

const chaosHelp = `
Examples:
  swarm chaos run chaos/kill-room-node.yaml        measure recovery after the node of a room is killed
  swarm chaos list                                 included drills and available faults
  swarm chaos report records/TIME-DRILL            evaluate again from the records: --report html
  swarm chaos rollback                             after an interrupted drill

docs/chaos.md describes drill files and drills against your deployment.
`;

const reportHelp = `
Examples:
  swarm chaos report records/2026-11-21T12-00-00-hang-10s --report html
  swarm chaos report records/*-hang-10s --report junit=out/junit.xml

The definition is read from drill.json in the folder; everything else is measured again from the records. Exits as "swarm chaos run".
`;

const runHelp = `
Examples:
  swarm chaos run chaos/kill-room-node.yaml
  swarm chaos run chaos/hang-10s.yaml --repeats 3 --strict
  swarm chaos run chaos/*.yaml --report junit=out/junit.xml --report html=out/drill.html
  swarm chaos run chaos/forced-stop.yaml --reconnect-policy sdk      without rejoining

Each repeat has its own lab, as the drill defines it. Every fault is written to the journal before its injection, and rolled back in any case:
at its time, at the end, and on Ctrl-C; when swarm was killed, by the target itself a minute later, or earlier by "swarm chaos rollback" or the next drill.

Exit codes:
    0  every objective was met, or only known failures occurred (not with --strict)
    2  a file or a flag is wrong, or the target is not confirmed; nothing was injected
    3  something could not be reached, injected or rolled back
   98  void (no steady state, or a fault is not available), or inconclusive (load generator impaired)
   99  an objective was missed
  130  interrupted; every fault was rolled back

Of several the most severe counts: 130, 1, 2, 3, 99, 98, 0.
`;
