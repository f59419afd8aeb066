import { dirname } from 'node:path';
import {
  decideVerdict,
  readRecord,
  replaceThresholds,
  resolveThresholds,
} from '@livekit-swarm/analysis';
import { watchInterruption } from '@livekit-swarm/host';
import { findRecord, recordLines } from '@livekit-swarm/record';
import { exitCodeOf, printable, type ReportInput } from '@livekit-swarm/report';
import { checkThresholds, parseThresholds } from '@livekit-swarm/scenario';
import { EXIT_CODES, type ExitCode, usageError } from '@livekit-swarm/settings';
import { type Console, write } from '../console.ts';
import { openPage, showRecord } from '../live-page.ts';
import { type Output, type OutputFlags, openOutput } from '../output/output.ts';
import { readBaselineFile } from '../records/baseline-file.ts';
import { lastRecord } from '../records/last-record.ts';
import { shellLine } from '../scenario/file-header.ts';
import { untilAborted } from '../until-aborted.ts';

export interface ReportFlags extends OutputFlags {
  threshold: string[];
  serve?: boolean;
  uiPort?: string;
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
  const output = openOutput(flags, console);
  const path = given ?? (await lastRecord());
  if (given === undefined) await write(console.stderr, `Last record: ${path}\n`);
  if (flags.serve === true) return await serve(path, flags, output, console);
  if (flags.uiPort !== undefined) throw usageError('--ui-port: there is no page without --serve');
  const outcome = await evaluateRecord(path, flags);
  await noteBaseline(outcome, path, console);
  await output.add(outcome);
  return await output.close(outcome.decision.exitCode);
};

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
