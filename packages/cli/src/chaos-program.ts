import { DEFAULT_LIVEKIT_VERSION, LIVEKIT_VERSIONS } from '@livekit-swarm/lab';
import type { ExitCode } from '@livekit-swarm/settings';
import { type Command, Option } from 'commander';
import type { ChaosDoctorFlags } from './commands/chaos-doctor.ts';
import type { ChaosPlanFlags } from './commands/chaos-plan.ts';
import type { ChaosReportFlags } from './commands/chaos-report.ts';
import type { ChaosRunFlags } from './commands/chaos-run.ts';
import type { Console } from './console.ts';
import { addGroup, collector, colorFlag } from './flags.ts';

/** As in the drills' map of reports, which is not loaded for `--help`. */
const REPORTS = 'text, json, junit, html';

const whereFlags = (): Option[] => [
  new Option('--lab <name>', 'a lab that stands ("swarm lab up"); it stays when the drill is over'),
  new Option(
    '--livekit-version <version>',
    `of the lab that is raised: ${LIVEKIT_VERSIONS.join(' or ')} (default: ${DEFAULT_LIVEKIT_VERSION})`,
  ).choices(LIVEKIT_VERSIONS),
];

/** Of a deployment that is no lab: what it runs on, where people go in, where one can look at it. */
const siteFlags = (): Option[] => [
  new Option('--docker <name>', 'containers with the label swarm.drill=NAME, or with KEY=VALUE'),
  new Option(
    '--docker-roles <list>',
    'what those are that have no label swarm.role: node=livekit,redis=cache',
  ),
  new Option('--kubernetes <namespace>', 'pods of this namespace'),
  new Option('--kube-context <name>', 'of the kubeconfig (default: its current one)'),
  new Option('--ssh <hosts>', 'units of systemd on these machines: lk-1,root@10.0.0.5'),
  new Option('--ssh-config <file>', 'for ssh -F (default: your own)'),
  new Option(
    '--unit <kind=name>',
    'a unit of systemd, on this machine or those of --ssh: node=livekit-server (may be repeated)',
  )
    .argParser(collector())
    .default([]),
  new Option('--url <url>', 'where its people go in, wss:// or ws://; also LIVEKIT_URL'),
  new Option('--api-key <key>', 'also LIVEKIT_API_KEY'),
  new Option('--api-secret <secret>', 'better LIVEKIT_API_SECRET: flags show in the process list'),
  new Option(
    '--redis <url>',
    'of its Redis, to compare what it says of rooms with where people are',
  ),
  new Option('--balancer-metrics <url>', "of its haproxy's metrics, to count healthy backends"),
  new Option('--prometheus <url>', 'whose alerts become part of the report'),
];

const typedIn =
  (command: Command) =>
  (flag: string): boolean =>
    command.getOptionValueSource(flag) === 'cli';

const drillFlags = (): Option[] => [
  new Option('--repeats <n>', 'how often each is carried out (default: as its file says)'),
  new Option(
    '--reconnect-policy <policy>',
    'what people do when their connection is lost: none, sdk or app (default: as the file says)',
  ).choices(['none', 'sdk', 'app']),
];

const WHERE = 'The deployment (default: a lab on this machine, raised for each repeat):';
const SITE = 'A deployment of yours:';

/** `swarm chaos …`: drills. Their code is loaded when they are called for. */
export const addChaosCommands = (
  program: Command,
  console: Console,
  done: (exitCode: ExitCode) => void,
): void => {
  const { env } = console;
  const chaos = program
    .command('chaos')
    .description('break a deployment while people talk, and say who came back')
    .helpCommand(false)
    .addHelpText('after', chaosHelp);

  const run = chaos
    .command('run')
    .description('carry drills out, one after the other, and judge each')
    .argument('<files...>', 'drill files; - for standard input');
  addGroup(run, env, 'The drill:', drillFlags());
  addGroup(run, env, WHERE, whereFlags());
  addGroup(run, env, SITE, siteFlags());
  // Never from the environment, where one forgets it.
  run.addOption(
    new Option(
      '--i-know-this-is <name>',
      'this deployment, which is no lab, may be broken',
    ).helpGroup(SITE),
  );
  addGroup(run, env, 'The verdict:', [
    new Option('--strict', 'what the server is known to fail in fails the drill'),
    new Option(
      '--report <name[=file]>',
      `also make this report (may be repeated): ${REPORTS}; =- for stdout`,
    )
      .argParser(collector())
      .default([]),
    new Option('--json', 'print one JSON object instead of the summary: short for --report json=-'),
    new Option('--record <dir>', 'where records and logs go (default: records/TIME-DRILL)'),
    new Option(
      '--metrics <address>',
      'serve the drill to Prometheus as it goes on, at [ADDRESS]:PORT/metrics; :9464 is this machine alone',
    ),
  ]);
  addGroup(run, env, 'The generator:', [
    new Option(
      '--workers <n>',
      'processes that host participants (default: as many as it takes, one a core)',
    ),
    new Option('--quiet', 'no progress on stderr'),
  ]);
  run
    .optionsGroup('General:')
    .addOption(colorFlag())
    .addHelpText('after', runHelp)
    .action(async (files: string[], _flags: unknown, command: Command) => {
      const { chaosRunCommand } = await import('./commands/chaos-run.ts');
      done(await chaosRunCommand(files, command.opts<ChaosRunFlags>(), typedIn(command), console));
    });

  chaos
    .command('report')
    .description('render and judge drills again, from their records')
    .argument('<folders...>', 'folders of drills, as "swarm chaos run" named them')
    .option('--strict', 'what the server is known to fail in fails the drill')
    .addOption(
      new Option(
        '--report <name[=file]>',
        `also make this report (may be repeated): ${REPORTS}; =- for stdout`,
      )
        .argParser(collector())
        .default([]),
    )
    .option('--json', 'print one JSON object instead of the summary: short for --report json=-')
    .addOption(colorFlag())
    .addHelpText('after', reportHelp)
    .action(async (folders: string[], flags: ChaosReportFlags) => {
      const { chaosReportCommand } = await import('./commands/chaos-report.ts');
      done(await chaosReportCommand(folders, flags, console));
    });

  chaos
    .command('validate')
    .description('say everything that is wrong with drill files, and start nothing')
    .argument('<files...>', 'drill files; - for standard input')
    .option('--json', 'print one JSON object')
    .addOption(colorFlag())
    .action(async (files: string[], flags: { json?: boolean; color: boolean }) => {
      const { chaosValidateCommand } = await import('./commands/chaos-validate.ts');
      done(await chaosValidateCommand(files, flags, console));
    });

  chaos
    .command('list')
    .description('the drills that come with swarm, and the faults that drills are made of')
    .option('--json', 'print one JSON object')
    .addOption(colorFlag())
    .action(async (flags: { json?: boolean; color: boolean }) => {
      const { chaosListCommand } = await import('./commands/chaos-list.ts');
      done(await chaosListCommand(flags, console));
    });

  const plan = chaos
    .command('plan')
    .description('say what a drill would do, when, and to what; do nothing')
    .argument('<file>', 'a drill file; - for standard input');
  addGroup(plan, env, 'The drill:', drillFlags());
  addGroup(plan, env, WHERE, whereFlags());
  addGroup(plan, env, SITE, siteFlags());
  plan
    .option('--json', 'print one JSON object')
    .addOption(colorFlag())
    .action(async (file: string, _flags: unknown, command: Command) => {
      const { chaosPlanCommand } = await import('./commands/chaos-plan.ts');
      done(await chaosPlanCommand(file, command.opts<ChaosPlanFlags>(), typedIn(command), console));
    });

  const doctor = chaos
    .command('doctor')
    .description('show which faults are possible here, and what keeps the others from being');
  addGroup(doctor, env, WHERE, whereFlags());
  addGroup(doctor, env, SITE, siteFlags());
  doctor
    .option('--json', 'print one JSON object')
    .addOption(colorFlag())
    .action(async (_flags: unknown, command: Command) => {
      const { chaosDoctorCommand } = await import('./commands/chaos-doctor.ts');
      done(await chaosDoctorCommand(command.opts<ChaosDoctorFlags>(), typedIn(command), console));
    });

  chaos
    .command('heal')
    .description('take back what drills left that were killed')
    .option('--force', 'also what belongs to a drill that still runs')
    .option('--json', 'print one JSON object')
    .action(async (flags: { force?: boolean; json?: boolean }) => {
      const { chaosHealCommand } = await import('./commands/chaos-heal.ts');
      done(await chaosHealCommand(flags, console));
    });
};

const chaosHelp = `
Examples:
  swarm chaos run chaos/kill-room-node.yaml        who is back when, after the node that holds a room has died
  swarm chaos list                                 what else there is
  swarm chaos report records/TIME-DRILL            the same again, from its records: --report html
  swarm chaos heal                                 after a drill that was killed

docs/chaos.md says how drills are written, and how they are done to a deployment of yours.
`;

const reportHelp = `
Examples:
  swarm chaos report records/2026-11-21T12-00-00-hang-10s --report html
  swarm chaos report records/*-hang-10s --report junit=out/junit.xml

What was asked stands in drill.json of the folder; everything else is measured anew from the records of its repeats. Exits as "swarm chaos run" did.
`;

const runHelp = `
Examples:
  swarm chaos run chaos/kill-room-node.yaml
  swarm chaos run chaos/hang-10s.yaml --repeats 3 --strict
  swarm chaos run chaos/*.yaml --report junit=out/junit.xml --report html=out/drill.html
  swarm chaos run chaos/forced-stop.yaml --reconnect-policy sdk      what if the application did not join anew?

Each repeat has a lab of its own, raised as the drill says. What is about to be injected is written down first, and healed whatever happens:
at its time, at the end, on Ctrl-C, and by the next drill (or "swarm chaos heal") when swarm was killed.

Exit codes:
    0  every objective was reached, or the server failed just as it is known to (not with --strict)
    2  something is wrong with a file or a flag; nothing was done
    3  it is not allowed there, or something could not be reached, injected or healed
   98  void (it was not steady, or a fault is not available here), or inconclusive (the generator suffered)
   99  an objective was missed
  130  interrupted; everything was healed

Of several the gravest counts: 130, 1, 2, 3, 99, 98, 0.
`;
