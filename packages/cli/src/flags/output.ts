import { FORMATS, type Kind } from '@livekit-swarm/report/formats';
import { Option } from 'commander';
import type { OutputFlags } from '../output/output.ts';
import { repeatable } from './repeatable.ts';
import { type SummaryForm, summaryFlag } from './summary.ts';

/** Flags on results, progress and the folder of both. */
export interface ResultFlags extends OutputFlags {
  record?: string;
}

/** Selects formats of a result; the same for every command that has a result. */
export const reportFlags = (kind: Kind): Option[] => [
  repeatable(
    '--report <name[=file]>',
    `also write this report (may be repeated): ${FORMATS[kind].join(', ')}; =- for stdout`,
  ),
  new Option('--json', 'print one JSON object instead of text: short for --report json=-'),
];

/** Flags for the output of a command with one result. */
export const resultOutputFlags = (kind: Kind): Option[] => [
  ...reportFlags(kind),
  quietFlag(),
  colorFlag(),
];

/** Flags for the output of runs. @param summary form of the summary without its flag */
export const outputFlags = (summary: SummaryForm): Option[] => [
  ...reportFlags('run'),
  summaryFlag(summary),
  new Option(
    '--no-github',
    'no annotations and no step summary (default inside GitHub Actions: both)',
  ),
];

/** A flag for the folder of a command's records. @param folder its default, below `records/` */
export const recordFlag = (folder: string): Option =>
  new Option(
    '--record <dir>',
    `folder for the records and the result (default: records/${folder})`,
  );

export const quietFlag = (): Option => new Option('--quiet', 'no progress on stderr');

/** `--color` is only there to be negated; picked up from NO_COLOR and FORCE_COLOR, too. */
export const colorFlag = (): Option => new Option('--no-color', 'plain text');
