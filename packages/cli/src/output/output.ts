import { appendFileSync, existsSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import {
  isRun,
  type Outcome,
  REPORTERS,
  type Reporter,
  type ReportInput,
  type ReportOptions,
  renderCompact,
  renderMarkdown,
  renderOverview,
  renderText,
} from '@livekit-swarm/report';
import type { ExitCode } from '@livekit-swarm/settings';
import { type Console, type OutputStream, wantsColor, write } from '../console.ts';
import type { SummaryForm } from '../flags/summary.ts';
import { linksFor } from './hyperlinks.ts';
import { placesOf } from './places.ts';
import { pour } from './pour.ts';
import { printFailure } from './print-failure.ts';
import { parseReportRequests, type ReportRequest } from './report-request.ts';
import { exitCodeAfter, type ResultOutputFlags } from './result-output.ts';
import { writeWhole } from './write-whole.ts';

/** Flags for the output of a command that runs scenarios. */
export interface OutputFlags extends ResultOutputFlags {
  /** False: nothing for GitHub Actions unless asked for, even where it runs us. */
  github?: boolean;
  /** Form of the summary on stdout. Default: full. */
  summary?: SummaryForm;
}

/**
 * The output of runs: stdout, files, annotations of GitHub. A report that fails affects neither the
 * others nor the verdict.
 */
export interface Output {
  /** Takes the outcome of a run, and prints it at once in text form. */
  add(outcome: Outcome): Promise<void>;
  /**
   * Writes all that was asked for; call once, when there is nothing to add any more.
   * @param exitCode of the runs
   * @returns the same; 1 instead of 0 when a report could not be written
   */
  close(exitCode: ExitCode): Promise<ExitCode>;
}

/**
 * Reads the flags, so that what is wrong with them shows before anything is started.
 * @throws SwarmError `usage`
 */
export const openOutput = (flags: OutputFlags, console: Console): Output => {
  const { stdout, stderr, env } = console;
  const requests = parseReportRequests(flags.report, flags.json === true);
  const onStdout = requests.find(({ to }) => to === 'stdout');
  if (flags.github !== false && inGitHub(env) && requests.every(({ name }) => name !== 'github')) {
    requests.push({ name: 'github', to: null });
  }
  const optionsFor = (stream: OutputStream): ReportOptions => ({
    color: wantsColor(flags.color, stream, env),
    link: linksFor(stream, flags.color, env),
  });
  const outcomes: Outcome[] = [];
  let shown = 0;
  let failed = false;

  const attempt = async (
    request: ReportRequest,
    where: string,
    work: () => Promise<void>,
  ): Promise<void> => {
    try {
      await work();
    } catch (error) {
      failed = true;
      await printFailure(stderr, {
        name: request.name,
        where,
        error,
        hint: againHint(request.name, outcomes),
      });
    }
  };

  const toStream = async (
    request: ReportRequest,
    some: readonly Outcome[],
    stream = stdout,
  ): Promise<void> => {
    const reporter: Reporter<readonly Outcome[]> = REPORTERS[request.name];
    await attempt(request, stream === stdout ? 'stdout' : 'stderr', async () => {
      const rendered = reporter.render(some, optionsFor(stream));
      if (rendered !== null) await pour(stream, rendered);
    });
  };

  /** The text of a run that nothing else on stdout replaces. */
  const showSummary = (outcome: ReportInput): Promise<void> =>
    attempt({ name: 'text', to: 'stdout' }, 'stdout', async () => {
      const render = flags.summary === 'compact' ? renderCompact : renderText;
      await pour(stdout, render(outcome, optionsFor(stdout)));
    });

  const toFiles = async (request: ReportRequest): Promise<void> => {
    const reporter: Reporter<readonly Outcome[]> = REPORTERS[request.name];
    for (const { file, some } of placesOf(request, outcomes)) {
      await attempt(request, file, async () => {
        const rendered = reporter.render(some);
        if (rendered === null) return;
        await writeWhole(file, rendered);
        if (flags.quiet !== true)
          await write(
            stderr,
            `Report ${request.name}: ${linksFor(stderr, flags.color, env)(file)}\n`,
          );
      });
    }
  };

  /** GitHub reads both streams, but what a machine is to read from stdout must be nothing else. */
  const toGitHub = async (request: ReportRequest): Promise<void> => {
    await toStream(request, outcomes, onStdout === undefined ? stdout : stderr);
    const file = env.GITHUB_STEP_SUMMARY;
    if (file !== undefined && file !== '')
      await attempt(request, file, () => writeStepSummary(file, outcomes, stderr));
  };

  return {
    add: async (outcome) => {
      outcomes.push(outcome);
      // The error of a run that could not be started is on stderr already.
      if (onStdout !== undefined || !isRun(outcome)) return;
      if (shown++ > 0) await write(stdout, '\n\n');
      await showSummary(outcome);
    },
    close: async (exitCode) => {
      if (outcomes.length === 0) return exitCode;
      if (onStdout === undefined && outcomes.length > 1) {
        await attempt({ name: 'text', to: 'stdout' }, 'stdout', async () => {
          const overview = renderOverview(outcomes, {
            color: wantsColor(flags.color, stdout, env),
          });
          await write(stdout, `${shown > 0 ? '\n\n' : ''}${overview}`);
        });
      }
      for (const request of requests) {
        if (request.to === 'stdout') await toStream(request, outcomes);
        else if (request.name === 'github' && request.to === null) await toGitHub(request);
        else await toFiles(request);
      }
      return exitCodeAfter(!failed, exitCode);
    },
  };
};

const againHint = (name: string, outcomes: readonly Outcome[]): string => {
  const record = outcomes.flatMap((outcome) =>
    isRun(outcome) && outcome.recordPath !== null ? [outcome.recordPath] : [],
  )[0];
  return record === undefined
    ? `give another place: --report ${name}=FILE`
    : `the verdict stands, and the record has everything: swarm report ${dirname(record)} --report ${name}=FILE`;
};

/** More than this in one step, and GitHub shows none of it: 1 MiB. */
const MOST_BYTES = 1_024 * 1_024;

/** Returns true when a GitHub Actions runner runs this process. */
export const inGitHub = (env: NodeJS.ProcessEnv): boolean => env.GITHUB_ACTIONS === 'true';

/**
 * Appends the runs to GitHub's step summary. Runs beyond its size limit are omitted with a note,
 * because GitHub drops a larger file.
 * @throws Error of the file system
 */
export const writeStepSummary = async (
  file: string,
  outcomes: readonly Outcome[],
  stderr: OutputStream,
): Promise<void> => {
  const there = existsSync(file) ? statSync(file).size : 0;
  const text = `${renderMarkdown(outcomes)}\n`;
  if (there + Buffer.byteLength(text) > MOST_BYTES) {
    return await write(
      stderr,
      'The step summary is full (1 MiB): this run is not in it. Use a step for each.\n',
    );
  }
  appendFileSync(file, text);
};
