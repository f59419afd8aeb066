import type { ExitCode } from '@livekit-swarm/settings';
import { type Command, Option } from 'commander';
import type { AbFlags } from './commands/ab.ts';
import type { CompareFlags } from './commands/compare.ts';
import type { Console } from './console.ts';
import { addGroup, addLoadFlags, collector, colorFlag, toleranceFlag } from './flags.ts';
import { scenarioFlags } from './run-program.ts';

/** As in the reporters' map, which is not loaded for `--help`. */
export const COMPARISON_REPORT_NAMES = ['text', 'json', 'markdown', 'junit'];

/** A flag that may be repeated. */
const several = (flags: string, description: string): Option =>
  new Option(flags, description).argParser(collector()).default([]);

const comparisonFlags = (): Option[] => [
  toleranceFlag(),
  several(
    '--report <name[=file]>',
    `also make this report (may be repeated): ${COMPARISON_REPORT_NAMES.join(', ')}; =- for stdout`,
  ),
  new Option('--json', 'print one JSON object instead of the text: short for --report json=-'),
  colorFlag(),
];

/** `swarm compare` and `swarm ab`. Their code is loaded when they are called for. */
export const addCompareCommands = (
  program: Command,
  console: Console,
  done: (exitCode: ExitCode) => void,
): void => {
  const compare = program
    .command('compare')
    .description(
      'put records of one scenario beside each other: did anything get worse, beyond noise?',
    )
    .usage('[flags] BASE CURRENT...')
    .argument(
      '[sides...]',
      'a record, the folder of a run, a folder of several runs (repeats), or several with commas; first the base',
    )
    .addOption(
      several(
        '--base <record>',
        'instead of the first argument: a run of the base (may be repeated)',
      ),
    )
    .addOption(
      several(
        '--current <record>',
        'instead of the others: a run to compare with it (may be repeated)',
      ),
    );
  for (const option of comparisonFlags()) compare.addOption(option);
  compare
    .addHelpText('after', compareHelp)
    .action(async (sides: string[], _flags: unknown, command: Command) => {
      const { compareCommand } = await import('./commands/compare.ts');
      done(await compareCommand(sides, command.opts<CompareFlags>(), console));
    });

  const ab = program
    .command('ab')
    .description('run one scenario on two servers by turns: does the second differ from the first?')
    .usage('[flags] --server A --server B [SCENARIO.yaml]')
    .argument(
      '[scenario...]',
      'a scenario file; - for standard input; without one, flags describe the load',
    );
  addGroup(ab, console.env, 'The servers:', [
    several(
      '--server <server>',
      'twice: a version, the path of a livekit-server, a configuration, or a mix (see below)',
    ),
    new Option('--rounds <n>', 'how often each of them has its turn (default: 6)').default('6'),
  ]);
  addGroup(ab, console.env, 'The scenario:', scenarioFlags());
  addLoadFlags(ab, console.env);
  addGroup(ab, console.env, 'The verdict:', [
    several(
      '--threshold <expression>',
      "a figure to look at, too (may be repeated): 'jitter: p(99)<30'",
    ),
    new Option(
      '--record <dir>',
      'where the records and the result go (default: records/TIME-ab-NAME)',
    ),
    ...comparisonFlags(),
  ]);
  addGroup(ab, console.env, 'The generator:', [
    new Option('--signalling <version>', 'auto, v1 or v0 (default: auto)')
      .choices(['auto', 'v1', 'v0'])
      .default('auto'),
    new Option(
      '--workers <n>',
      'processes that host participants (default: as many as it takes, one a core)',
    ),
    new Option('--quiet', 'no progress on stderr'),
  ]);
  ab.addHelpText('after', abHelp).action(
    async (files: string[], _flags: unknown, command: Command) => {
      const { abCommand } = await import('./commands/ab.ts');
      const typed = command.options
        .map((option) => option.attributeName())
        .filter((name) => command.getOptionValueSource(name) === 'cli');
      done(await abCommand(files, command.opts<AbFlags>(), typed, console));
    },
  );
};

const compareHelp = `
Examples:
  swarm compare records/release records/nightly            each a folder of one run, or of several
  swarm compare release=records/a,records/b nightly=records/c,records/d
  swarm compare --base records/a --base records/b --current records/c --tolerance join_time=20%

Exit codes: 0 nothing got worse; 99 something did; 98 inconclusive; 2 the scenarios differ, and in what.

A figure got worse when it did so by more than the tolerance, by more than anybody feels, and by more than runs of one thing differ from
each other. The more runs of each side, the smaller the change that shows: three see +40 %, five +25 %, of what varies by 2 % from run to run.
With one run of each, only changes of three times the tolerance are called.
`;

const abHelp = `
Examples:
  swarm ab --server 1.11.0 --server 1.13.4 scenarios/voice-ai.yaml --scale small
  swarm ab --server old=1.13.4 --server new=./livekit-server --rooms 50 --duration 20s
  swarm ab --server 1.13.4 --server 1.13.4+tuned.yaml --rooms 50 --publish audio,video
  swarm ab --server 1.13.4 --server 1.13.4@cpu=0.5 --rounds 8 --rooms 100

A server is [NAME=]SERVER[+CONFIG.yaml][@cpu=CORES]: a pinned version, your binary, settings merged over the defaults, a limit on its
CPU time (Linux, as root). Each run gets a fresh one; which of both begins changes from round to round, so that whatever the machine does
besides hits both. A round that the generator spoilt is repeated. All records and the result stay in one folder; Ctrl-C keeps what there is.

Exit codes: 0 the second is not worse; 99 it is; 98 inconclusive; 3 a server could not be started; 130 interrupted.
`;
