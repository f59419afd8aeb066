import { join } from 'node:path';
import { diskReason } from '@livekit-swarm/host';
import {
  COMPARISON_REPORTERS,
  type ComparisonInput,
  type ComparisonReporter,
  exitCodeOfComparisons,
} from '@livekit-swarm/report/comparison';
import { EXIT_CODES, type ExitCode, usageError } from '@livekit-swarm/settings';
import { type Console, wantsColor, write } from '../console.ts';
import { formatError } from '../error-text.ts';
import { parseRequestsOf } from '../output/report-request.ts';
import { writeWhole } from '../output/write-whole.ts';

/** How a comparison is to be shown. */
export interface ComparisonOutputFlags {
  /** As typed: `junit=out/junit.xml`. */
  report: string[];
  json?: boolean;
  color: boolean;
}

/**
 * Reads the flags, so that what is wrong with them shows before anything is started.
 * @param folder where reports go that were given no file; null: they need one
 * @returns shows a comparison; resolves with the exit code, which is 1 instead of 0 when a report could not be written
 * @throws SwarmError `usage`
 */
export const openComparisonOutput = (
  flags: ComparisonOutputFlags,
  { stdout, stderr, env }: Console,
  folder: (() => string) | null,
): ((input: ComparisonInput) => Promise<ExitCode>) => {
  const requests = parseRequestsOf(COMPARISON_REPORTERS, flags.report, flags.json === true);
  const homeless = requests.find(({ to }) => to === null);
  if (homeless !== undefined && folder === null) {
    const { fileName } = COMPARISON_REPORTERS[homeless.name];
    throw usageError(
      `--report ${homeless.name}: needs a file`,
      `write --report ${homeless.name}=${fileName}`,
    );
  }
  return async (input) => {
    const render = ({ render: rendered }: ComparisonReporter, color: boolean): string =>
      rendered(input, { color });
    const onStdout = requests.find(({ to }) => to === 'stdout')?.name ?? 'text';
    await write(
      stdout,
      render(COMPARISON_REPORTERS[onStdout], wantsColor(flags.color, stdout, env)),
    );
    let failed = false;
    for (const { name, to } of requests) {
      if (to === 'stdout') continue;
      const reporter: ComparisonReporter = COMPARISON_REPORTERS[name];
      const file = to?.file ?? join(folder?.() ?? '.', reporter.fileName);
      try {
        await writeWhole(file, render(reporter, false));
        await write(stderr, `Report ${name}: ${file}\n`);
      } catch (error) {
        failed = true;
        const message = `the report ${name} could not be written to ${file}: ${diskReason(error)}`;
        await write(stderr, formatError({ message, hint: 'give another place' }));
      }
    }
    const exitCode = exitCodeOfComparisons(input);
    return failed && exitCode === EXIT_CODES.passed.code ? EXIT_CODES.internalError.code : exitCode;
  };
};
