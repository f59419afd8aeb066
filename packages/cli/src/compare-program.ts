import type { ExitCode } from '@livekit-swarm/core';
import { type Command, Option } from 'commander';
import type { CompareFlags } from './commands/compare.ts';
import type { Console } from './console.ts';
import { collector, colorFlag } from './flags.ts';

/** As in the reporters' map, which is not loaded for `--help`. */
export const COMPARISON_REPORT_NAMES = ['text', 'json', 'markdown', 'junit'];

/** A flag that may be repeated. */
const several = (flags: string, description: string): Option => new Option(flags, description).argParser(collector()).default([]);

const toleranceFlag = (): Option =>
  several(
    '--tolerance <share>',
    'how much worse a figure may get: 10%, join_time=20%, jitter=1ms (may be repeated; default: 10%)',
  );

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
export const addCompareCommands = (program: Command, console: Console, done: (exitCode: ExitCode) => void): void => {
  const compare = program
    .command('compare')
    .description('put records of one scenario beside each other: did anything get worse, beyond noise?')
    .usage('[flags] BASE CURRENT...')
    .argument(
      '[sides...]',
      'a record, the folder of a run, a folder of several runs (repeats), or several with commas; first the base',
    )
    .addOption(several('--base <record>', 'instead of the first argument: a run of the base (may be repeated)'))
    .addOption(several('--current <record>', 'instead of the others: a run to compare with it (may be repeated)'));
  for (const option of comparisonFlags()) compare.addOption(option);
  compare
    .addHelpText('after', compareHelp)
    .showHelpAfterError('  → "swarm compare --help" lists all flags')
    .action(async (sides: string[], _flags: unknown, command: Command) => {
      const { compareCommand } = await import('./commands/compare.ts');
      done(await compareCommand(sides, command.opts<CompareFlags>(), console));
    });
};

const compareHelp = `
Examples:
  swarm compare records/release records/nightly            each a folder of one run, or of several
  swarm compare release=records/a,records/b nightly=records/c,records/d
  swarm compare --base records/a --base records/b --current records/c --tolerance join_time=20%

Exit codes: 0 nothing got worse; 99 something did; 98 nobody can tell; 2 the scenarios differ, and in what.

A figure got worse when it did so by more than the tolerance, by more than anybody feels, and by more than runs of one thing differ from
each other. The more runs of each side, the smaller the change that shows: three see +40 %, five +25 %, of what varies by 2 % from run to run.
With one run of each, only changes of three times the tolerance are called.
`;
