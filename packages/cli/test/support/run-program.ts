import { PassThrough } from 'node:stream';
import { explain, isUsageError, type SwarmError } from '@livekit-swarm/settings';
import { createProgram } from '../../src/program.ts';

/**
 * Runs a command of swarm in this process.
 * @param explains returns true for errors that are returned as text, as main.ts prints them; all
 * others are thrown
 */
export const runProgram = async (
  args: readonly string[],
  env: NodeJS.ProcessEnv = {},
  explains: (error: unknown) => error is SwarmError = isUsageError,
): Promise<{ stdout: string; error: string }> => {
  const stdout = new PassThrough();
  let text = '';
  stdout.setEncoding('utf8').on('data', (piece: string) => {
    text += piece;
  });
  try {
    await createProgram({ stdout, stderr: new PassThrough(), env }, () => {}).parseAsync(args, {
      from: 'user',
    });
  } catch (error) {
    if (!explains(error)) throw error;
    return { stdout: text, error: explain(error) };
  }
  return { stdout: text, error: '' };
};
