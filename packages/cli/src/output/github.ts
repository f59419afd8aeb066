import { appendFileSync, existsSync, statSync } from 'node:fs';
import { type Outcome, renderMarkdown } from '@livekit-swarm/report';
import { type OutputStream, write } from '../console.ts';

/** More than this in one step, and GitHub shows none of it: 1 MiB. */
const MOST_BYTES = 1_024 * 1_024;

/** Whether a GitHub Actions runner runs us. */
export const inGitHub = (env: NodeJS.ProcessEnv): boolean => env.GITHUB_ACTIONS === 'true';

/**
 * Appends the runs to GitHub's step summary. Runs beyond its size limit are omitted with a note, because GitHub drops a larger file.
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
