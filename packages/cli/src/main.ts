/** The program behind `swarm`, which its launcher, bin/swarm.mjs, loads. */
import { EXIT_CODES, type ExitCode, swarmErrorOf } from '@livekit-swarm/settings/errors';
import { CommanderError } from 'commander';
import type { Console } from './console.ts';
import { write } from './console.ts';
import { formatError } from './error-text.ts';
import { createProgram } from './program.ts';

const main = async (args: string[], console: Console): Promise<ExitCode> => {
  let exitCode: ExitCode = EXIT_CODES.passed.code;
  try {
    await createProgram(console, (code) => {
      exitCode = code;
    }).parseAsync(args, { from: 'user' });
  } catch (error) {
    if (error instanceof CommanderError)
      return error.exitCode === 0 ? EXIT_CODES.passed.code : EXIT_CODES.usage.code;
    const problem = swarmErrorOf(error);
    await write(console.stderr, formatError(problem));
    return problem.exitCode;
  }
  return exitCode;
};

// A reader may close the pipe (`swarm … | head`, a closed terminal). Participants still have to leave, and faults to be rolled back.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {});

const exitCode = await main(process.argv.slice(2), process);
// Not left to the event loop: a connection that lingers somewhere must not keep a finished command waiting.
process.exit(exitCode);
