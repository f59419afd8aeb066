import { join } from 'node:path';
import type { Reporter } from '@livekit-swarm/report';
import { EXIT_CODES, type ExitCode } from '@livekit-swarm/settings';
import { type Console, wantsColor, write } from '../console.ts';
import { linksFor } from './hyperlinks.ts';
import { pour } from './pour.ts';
import { printFailure } from './print-failure.ts';
import { parseRequestsOf } from './report-request.ts';
import { writeWhole } from './write-whole.ts';

/** Flags for the output of a command with one result. */
export interface ResultOutputFlags {
  /** Requested reports, as typed: `junit=out/junit.xml`. */
  report: string[];
  json?: boolean;
  quiet?: boolean;
  color: boolean;
}

/** The output of a command with one result. A report that fails does not affect the others. */
export interface ResultOutput<Result> {
  /**
   * Prints the result as text, or as the report that was requested for stdout, and writes the other
   * reports to their files.
   * @param folder folder of reports without a file; default: the working folder
   * @returns whether all reports could be written
   */
  show(result: Result, folder?: string): Promise<boolean>;
  /**
   * Writes every form of a result into the folder of its records.
   * @returns whether all forms could be written
   */
  keep(result: Result, folder: string): Promise<boolean>;
  /**
   * Shows and keeps the result of a session of several runs.
   * @param about what is in the folder, for the last line on stderr; default: no such line
   * @returns whether all reports and forms could be written
   */
  finish(result: Result, folder: string, about?: string): Promise<boolean>;
}

/**
 * Reads the flags, so that what is wrong with them shows before anything is started.
 * @throws SwarmError `usage`
 */
export const openResultOutput = <Name extends string, Result>(
  reporters: Readonly<Record<Name | 'text' | 'json', Reporter<Result>>>,
  flags: ResultOutputFlags,
  { stdout, stderr, env }: Console,
): ResultOutput<Result> => {
  const requests = parseRequestsOf<Name | 'text'>(reporters, flags.report, flags.json === true);
  const link = linksFor(stderr, flags.color, env);
  const onStdout = requests.find(({ to }) => to === 'stdout')?.name ?? 'text';

  /** @returns whether it was written */
  const save = async (
    name: string,
    reporter: Reporter<Result>,
    result: Result,
    { file, folder }: { file: string; folder: string | undefined },
  ): Promise<boolean> => {
    try {
      const rendered = reporter.render(result);
      if (rendered !== null) await writeWhole(file, rendered);
      return true;
    } catch (error) {
      await printFailure(stderr, { name, where: file, error, hint: hintAfter(name, folder) });
      return false;
    }
  };

  /** @returns whether it was printed */
  const print = async (result: Result, folder: string | undefined): Promise<boolean> => {
    try {
      const color = wantsColor(flags.color, stdout, env);
      const rendered = reporters[onStdout].render(result, { color });
      if (rendered !== null) await pour(stdout, rendered);
      return true;
    } catch (error) {
      await printFailure(stderr, {
        name: onStdout,
        where: 'stdout',
        error,
        hint: hintAfter(onStdout, folder),
      });
      return false;
    }
  };

  const show: ResultOutput<Result>['show'] = async (result, folder) => {
    let isComplete = await print(result, folder);
    for (const { name, to } of requests) {
      if (to === 'stdout') continue;
      const reporter = reporters[name];
      const file = to?.file ?? join(folder ?? '.', reporter.fileName);
      const isSaved = await save(name, reporter, result, { file, folder });
      isComplete &&= isSaved;
      if (isSaved && flags.quiet !== true) await write(stderr, `Report ${name}: ${link(file)}\n`);
    }
    return isComplete;
  };

  const keep: ResultOutput<Result>['keep'] = async (result, folder) => {
    let isComplete = true;
    for (const [name, reporter] of Object.entries<Reporter<Result>>(reporters)) {
      const file = join(folder, reporter.fileName);
      isComplete = (await save(name, reporter, result, { file, folder })) && isComplete;
    }
    return isComplete;
  };

  return {
    show,
    keep,
    finish: async (result, folder, about) => {
      const isShown = await show(result, folder);
      const isKept = await keep(result, folder);
      if (about !== undefined && flags.quiet !== true)
        await write(stderr, `${about}: ${link(folder)}\n`);
      return isShown && isKept;
    },
  };
};

const hintAfter = (name: string, folder: string | undefined): string =>
  folder === undefined
    ? `give another place: --report ${name}=FILE`
    : `the records are in ${folder}`;

/** The exit code of a result; 1 instead of 0 when a report could not be written. */
export const exitCodeAfter = (isComplete: boolean, exitCode: ExitCode): ExitCode =>
  isComplete || exitCode !== EXIT_CODES.passed.code ? exitCode : EXIT_CODES.internalError.code;
