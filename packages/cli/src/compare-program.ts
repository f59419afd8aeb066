import type { ExitCode } from '@livekit-swarm/settings/errors';
import { type Command, Option } from 'commander';
import type { AbFlags } from './commands/ab.ts';
import type { CompareFlags } from './commands/compare.ts';
import type { Console } from './console.ts';
import { keyFlags, signallingFlag } from './flags/deployment.ts';
import { addGroup } from './flags/environment.ts';
import { processesFlag } from './flags/generator.ts';
import { joinExistingRoomsFlag, readFlags, withOtherUsersFlag } from './flags/guard.ts';
import { addHostFlags, CONFIRMED } from './flags/host-rules.ts';
import { addLoadFlags } from './flags/load.ts';
import { recordFlag, resultOutputFlags } from './flags/output.ts';
import { repeatable } from './flags/repeatable.ts';
import { scenarioFlags } from './flags/scenario.ts';
import { serversFlag } from './flags/server.ts';
import { toleranceFlag } from './flags/verdict.ts';
import { addHelp, type CommandHelp } from './help/command-help.ts';

const comparisonFlags = (): Option[] => [toleranceFlag(), ...resultOutputFlags('comparison')];

/** `swarm compare` and `swarm ab`. Their code is loaded on use. */
export const addCompareCommands = (
  program: Command,
  console: Console,
  done: (exitCode: ExitCode) => void,
): void => {
  const compare = program
    .command('compare')
    .description('compare runs of one scenario: what changed beyond noise?')
    .usage('[flags] BASE CURRENT...')
    .argument(
      '[sides...]',
      'a record, the folder of a run or of several runs, or several of these separated by commas; first the baseline',
    )
    .addOption(
      repeatable(
        '--base <record>',
        'a run of the baseline, instead of the first argument (may be repeated)',
      ),
    )
    .addOption(
      repeatable(
        '--current <record>',
        'a run to compare, instead of the other arguments (may be repeated)',
      ),
    );
  for (const option of comparisonFlags()) compare.addOption(option);
  addHelp(compare, compareHelp).action(
    async (sides: string[], _flags: unknown, command: Command) => {
      const { compareCommand } = await import('./commands/compare.ts');
      done(await compareCommand(sides, command.opts<CompareFlags>(), console));
    },
  );

  const ab = program
    .command('ab')
    .description('run one scenario on two servers or deployments, and compare them')
    .usage('[flags] --server A --server B | --url A --url B [SCENARIO.yaml]')
    .argument(
      '[scenario...]',
      'a scenario file; - for standard input; without one, flags describe the load',
    );
  const SIDES = 'Servers or deployments:';
  addGroup(ab, console.env, SIDES, [serversFlag('given twice')]);
  // LIVEKIT_URL names one deployment, never two.
  ab.addOption(
    repeatable('--url <url>', '[NAME=]wss:// or ws:// URL of a deployment; given twice').helpGroup(
      SIDES,
    ),
  );
  ab.addOption(
    repeatable(
      '--api-url <side=url>',
      'URL of the API (/twirp) of one deployment, where it is not below its URL: A=https://… (may be repeated)',
    ).helpGroup(SIDES),
  );
  addGroup(ab, console.env, SIDES, [
    ...keyFlags(),
    repeatable(
      '--keys <side=place>',
      'API key and secret of one deployment, where they differ: B=env:NAME or B=file:PATH, which hold KEY: SECRET (may be repeated)',
    ),
  ]);
  // The variable of this flag names nodes of one deployment, and no side.
  ab.addOption(
    repeatable(
      '--server-metrics <side=url>',
      '/metrics of a node of one deployment, on its prometheus.port: A=http://10.0.0.5:6789/metrics (may be repeated)',
    ).helpGroup(SIDES),
  );
  addGroup(ab, console.env, SIDES, [
    new Option('--rounds <n>', 'runs of each side (default: 6; with --detect the most, 24)'),
    repeatable(
      '--detect <metric=share>',
      'make as many rounds as finding this difference needs: media_latency=5% (may be repeated)',
    ),
  ]);
  addHostFlags(ab, SIDES, CONFIRMED.search);
  addGroup(ab, console.env, SIDES, [joinExistingRoomsFlag()]);
  ab.addOption(withOtherUsersFlag().helpGroup(SIDES));
  addGroup(ab, console.env, 'Scenario:', readFlags());
  addGroup(ab, console.env, 'Scenario:', scenarioFlags());
  addLoadFlags(ab, console.env);
  addGroup(ab, console.env, 'Verdict:', [
    repeatable(
      '--threshold <expression>',
      "also compare the metric of this threshold (may be repeated): 'jitter: p(99)<30'",
    ),
    recordFlag('TIME-ab-NAME'),
    ...comparisonFlags(),
  ]);
  addGroup(ab, console.env, 'Load generator:', [signallingFlag(), processesFlag()]);
  addHelp(ab, abHelp).action(async (files: string[], _flags: unknown, command: Command) => {
    const { abCommand } = await import('./commands/ab.ts');
    const typed = command.options
      .map((option) => option.attributeName())
      .filter((name) => command.getOptionValueSource(name) === 'cli');
    done(await abCommand(files, command.opts<AbFlags>(), typed, console));
  });
};

const compareHelp: CommandHelp = {
  examples: [
    ['swarm compare records/release records/nightly', 'folders of one or several runs'],
    ['swarm compare release=records/a,records/b nightly=records/c,records/d'],
    [
      'swarm compare --base records/a --base records/b --current records/c --tolerance join_time=20%',
    ],
  ],
  notes: `
Exit codes: 0 no regression; 99 regression; 98 inconclusive; 2 the scenarios differ (the message
names the difference).

A metric regressed when its change exceeds the tolerance, the smallest change that users notice,
and the noise between runs of one side. More runs show smaller changes: with noise of 2 %, three
runs of each side detect +40 %, five +25 %. With one run of each, only changes of three times the
tolerance count.
`,
};

const abHelp: CommandHelp = {
  examples: [
    ['swarm ab --server 1.11.0 --server 1.13.4 scenarios/voice-ai.yaml --scale small'],
    ['swarm ab --server old=1.13.4 --server new=./livekit-server --rooms 50 --duration 20s'],
    ['swarm ab --server 1.13.4 --server 1.13.4+tuned.yaml --rooms 50 --publish audio,video'],
    ['swarm ab --server 1.13.4 --server 1.13.4@cpu=0.5 --rounds 8 --rooms 100'],
    ['swarm ab --url pod=wss://a.example.com --url host=wss://b.example.com --rooms 100'],
    ['swarm ab --server 1.11.0 --server 1.13.4 --rooms 50 --detect media_latency=5%'],
  ],
  notes: `
The order of the two alternates from round to round, so that other work affects both. With --server,
a new server is started for each run. A round in which the load generator was impaired is repeated.
All records and the result are kept in one folder, also after Ctrl-C.

Exit codes: 0 no regression; 99 regression; 98 inconclusive; 3 a server could not be started; 130
interrupted.
`,
};
