import { dirname } from 'node:path';
import {
  decideVerdict,
  readParticipant,
  readRecord,
  replaceThresholds,
  resolveThresholds,
} from '@livekit-swarm/analysis';
import { watchInterruption } from '@livekit-swarm/host';
import { findRecord, recordLines } from '@livekit-swarm/record';
import { exitCodeOf, printable, type ReportInput } from '@livekit-swarm/report';
import { PARTICIPANT_REPORTERS } from '@livekit-swarm/report/participant';
import { checkThresholds, parseThresholds } from '@livekit-swarm/scenario';
import { EXIT_CODES, type ExitCode, shellLine, usageError } from '@livekit-swarm/settings';
import { type Console, write } from '../console.ts';
import { openPage, showRecord } from '../live-page.ts';
import { type Output, type OutputFlags, openOutput } from '../output/output.ts';
import { exitCodeAfter, openResultOutput } from '../output/result-output.ts';
import { readBaselineFile } from '../records/baseline-file.ts';
import { lastRecord } from '../records/last-record.ts';
import { untilAborted } from '../until-aborted.ts';

export interface ReportFlags extends OutputFlags {
  threshold: string[];
  serve?: boolean;
  uiPort?: string;
  participant?: string;
}

/**
 * `swarm report [RECORD]`: renders a finished run again, and judges it again; with `--serve`, shows it in a browser, also while it is under way.
 * @throws SwarmError `bad_record` when there is no record, or one that cannot be read; `invalid_threshold`, also for thresholds on what was not in the run; `usage`
 */
export const reportCommand = async (
  given: string | undefined,
  flags: ReportFlags,
  console: Console,
): Promise<ExitCode> => {
  if (flags.participant !== undefined)
    return await showParticipant(given, flags.participant, flags, console);
  const output = openOutput(flags, console);
  const path = await recordOf(given, console);
  if (flags.serve === true) return await serve(path, flags, output, console);
  if (flags.uiPort !== undefined) throw usageError('--ui-port: there is no page without --serve');
  const outcome = await evaluateRecord(path, flags);
  await noteBaseline(outcome, path, console);
  await output.add(outcome);
  return await output.close(outcome.decision.exitCode);
};

/** The record that is named, or the last one, which is printed. */
const recordOf = async (given: string | undefined, { stderr }: Console): Promise<string> => {
  if (given !== undefined) return given;
  const last = await lastRecord();
  await write(stderr, `Last record: ${last}\n`);
  return last;
};

/** `--participant`: shows one participant of a run; nothing is judged. */
const showParticipant = async (
  given: string | undefined,
  identity: string,
  flags: ReportFlags,
  console: Console,
): Promise<ExitCode> => {
  if (flags.serve === true) throw usageError('--serve: shows the whole run', USE_LINKS);
  if (flags.threshold.length > 0)
    throw usageError('--threshold: judges the whole run', 'leave out --participant');
  const output = openResultOutput(PARTICIPANT_REPORTERS, flags, console);
  const record = findRecord(await recordOf(given, console));
  const view = await readParticipant(() => recordLines(record), identity);
  return exitCodeAfter(await output.show(view, dirname(record)), EXIT_CODES.passed.code);
};

const USE_LINKS = 'leave out --participant, and open the participant from its table';

/** Names the baseline of a run, with which a report does not compare it again. */
const noteBaseline = async (
  { recordPath }: ReportInput,
  path: string,
  { stderr }: Console,
): Promise<void> => {
  const compared = recordPath === null ? null : readBaselineFile(dirname(recordPath));
  if (compared === null) return;
  await write(
    stderr,
    `Judged without its baseline, with which the run ended with exit code ${compared.exitCode}: ${compareLine(compared.records, path)}\n`,
  );
};

/** The command that compares a run with its baseline, for a shell: the record may be of others. */
const compareLine = (bases: readonly string[], path: string): string => {
  const [base = '', ...more] = bases;
  const sides =
    more.length === 0
      ? [base, path]
      : [...bases.flatMap((one) => ['--base', one]), '--current', path];
  return printable(shellLine(['swarm', 'compare', ...sides]));
};

/** @throws SwarmError */
const evaluateRecord = async (path: string, flags: ReportFlags): Promise<ReportInput> => {
  const given = parseThresholds(flags.threshold);
  const summary = await readRecord(path, given);
  const { scenario } = summary;
  checkThresholds(scenario, given);
  const thresholds = replaceThresholds(scenario.thresholds, given);
  const decision = decideVerdict(summary, resolveThresholds(scenario, thresholds));
  const recordPath = findRecord(path);
  return { summary, decision, recordPath, readLines: () => recordLines(recordPath) };
};

/** @returns 130 where Ctrl-C came before the end of the record */
const serve = async (
  path: string,
  flags: ReportFlags,
  output: Output,
  { stderr }: Console,
): Promise<ExitCode> => {
  // What is wrong with the record or the flags shows before anything is served.
  await evaluateRecord(path, flags);
  const interruption = watchInterruption();
  const page = await openPage(flags.uiPort, stderr);
  try {
    const evaluated = (): Promise<ReportInput> => evaluateRecord(path, flags);
    const outcome = await showRecord(page, path, evaluated, interruption.stop);
    if (outcome === null) return EXIT_CODES.interrupted.code;
    await output.add(outcome);
    const exitCode = await output.close(exitCodeOf(outcome));
    stderr.write(`The report stays at ${page.url} until Ctrl-C.\n`);
    await untilAborted(interruption.stop);
    return exitCode;
  } finally {
    interruption.dispose();
    await page.close();
  }
};
