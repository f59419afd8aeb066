import { join } from 'node:path';
import { diskReason } from '@livekit-swarm/host';
import type { ReportOptions } from '@livekit-swarm/report';
import { EXIT_CODES, type ExitCode } from '@livekit-swarm/settings';
import { type Console, wantsColor, write } from '../console.ts';
import { formatError } from '../error-text.ts';
import type { ReportRequest } from './report-request.ts';
import { writeWhole } from './write-whole.ts';

/** One way to show the result of a session of several runs. */
interface SessionReporter<Result> {
  /** The name of its file when none is given. */
  readonly fileName: string;
  render(result: Result, options?: ReportOptions): string;
}

export interface SessionOutput {
  /** Of the records. */
  folder: string;
  flags: { color: boolean; quiet?: boolean };
  console: Console;
  /** For the last line on stderr: what is in the folder. */
  about: string;
}

/** Files that a result could not be written to are reported on stderr. */
const save = async <Result>(
  result: Result,
  reporter: SessionReporter<Result>,
  file: string,
  { folder, console: { stderr } }: Pick<SessionOutput, 'folder' | 'console'>,
): Promise<boolean> => {
  try {
    await writeWhole(file, reporter.render(result));
    return true;
  } catch (error) {
    const message = `the result could not be written to ${file}: ${diskReason(error)}`;
    await write(stderr, formatError({ message, hint: `the records are in ${folder}` }));
    return false;
  }
};

/**
 * Writes every form of a result into the folder of its records.
 * @returns whether all could be written
 */
export const keepSession = async <Result>(
  result: Result,
  reporters: Readonly<Record<string, SessionReporter<Result>>>,
  output: Pick<SessionOutput, 'folder' | 'console'>,
): Promise<boolean> => {
  let kept = true;
  for (const reporter of Object.values(reporters))
    kept = (await save(result, reporter, join(output.folder, reporter.fileName), output)) && kept;
  return kept;
};

/**
 * Shows the result of a session. Every form of it stays with the records.
 * @returns the exit code of the result; 1 instead of 0 when a report could not be written
 */
export const showSession = async <Name extends string, Result extends { exitCode: ExitCode }>(
  result: Result,
  reporters: Readonly<Record<Name | 'text', SessionReporter<Result>>>,
  requests: readonly ReportRequest<Name>[],
  output: SessionOutput,
): Promise<ExitCode> => {
  const { folder, flags, about } = output;
  const { stdout, stderr, env } = output.console;
  const onStdout = requests.find(({ to }) => to === 'stdout')?.name ?? 'text';
  const color = wantsColor(flags.color, stdout, env);
  await write(stdout, reporters[onStdout].render(result, { color }));
  let kept = await keepSession(result, reporters, output);
  for (const { name, to } of requests)
    if (to !== null && to !== 'stdout')
      kept = (await save(result, reporters[name], to.file, output)) && kept;
  if (flags.quiet !== true) await write(stderr, `${about}: ${folder}\n`);
  return !kept && result.exitCode === EXIT_CODES.passed.code
    ? EXIT_CODES.internalError.code
    : result.exitCode;
};
