import { spawnSync } from 'node:child_process';
import { usageError } from '@livekit-swarm/settings';

/** Time in which the browser must print its version, generous for slow disks, ms. */
const TIMEOUT_MS = 10_000;

/** Versions as they are printed: Chromium 141.0.7390.76, Mozilla Firefox 153.8.0esr. */
const VERSIONS = { browser: /\d+(\.\d+){3}/, firefox: /^Mozilla Firefox \d+\./m } as const;

/**
 * Check that a program is a browser that finds its libraries: container images often lack some.
 * @throws SwarmError `usage` with the output of the program
 */
export const assertStarts = (program: string, engine: 'browser' | 'firefox' = 'browser'): void => {
  const { error, status, stdout, stderr } = spawnSync(program, ['--version'], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: TIMEOUT_MS,
    killSignal: 'SIGKILL',
  });
  if (error !== undefined && 'code' in error && error.code === 'ETIMEDOUT') return;
  if (status === 0 && VERSIONS[engine].test(stdout)) return;
  const lines = `${stderr}\n${stdout}\n${error?.message ?? ''}`.split('\n').filter(Boolean);
  // Wrapper scripts print warnings before the version.
  const what =
    lines.find((line) => /shared libraries/.test(line)) ?? lines[0] ?? 'it prints no version';
  if (engine === 'firefox')
    throw usageError(
      `the browser ${program} does not start: ${what}`,
      'reinstall it (apt-get install firefox-esr), or put one that starts first on the PATH',
    );
  throw usageError(
    `the browser ${program} does not start: ${what}`,
    /shared libraries/.test(what)
      ? 'install the libraries that it needs (apt-get install chromium has them all), or name another with --browser or SWARM_BROWSER'
      : 'name Chromium or Chrome with --browser or SWARM_BROWSER',
  );
};
