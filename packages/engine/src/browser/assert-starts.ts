import { spawnSync } from 'node:child_process';
import { usageError } from '@livekit-swarm/settings';

/** A slow disk is no reason not to run, ms. */
const TIMEOUT_MS = 10_000;

/**
 * Checks that a program is a browser whose libraries are there: in containers some of them often are not.
 * @throws SwarmError `usage` with what it printed
 */
export const assertStarts = (program: string): void => {
  const { error, status, stdout, stderr } = spawnSync(program, ['--version'], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: TIMEOUT_MS,
    killSignal: 'SIGKILL',
  });
  if (error !== undefined && 'code' in error && error.code === 'ETIMEDOUT') return;
  if (status === 0 && /\d+(\.\d+){3}/.test(stdout)) return;
  const lines = `${stderr}\n${stdout}\n${error?.message ?? ''}`.split('\n').filter(Boolean);
  // Wrapper scripts print warnings before.
  const what =
    lines.find((line) => /shared libraries/.test(line)) ?? lines[0] ?? 'it prints no version';
  throw usageError(
    `the browser ${program} does not start: ${what}`,
    /shared libraries/.test(what)
      ? 'install the libraries that it needs (apt-get install chromium has them all), or name another with --browser or SWARM_BROWSER'
      : 'name Chromium or Chrome with --browser or SWARM_BROWSER',
  );
};
