import { spawnSync } from 'node:child_process';
import { usageError } from '@livekit-swarm/settings';
import type { BrowserEngine } from './launch-options.ts';

/** Time in which the browser must print its version, generous for slow disks, ms. */
const TIMEOUT_MS = 10_000;

const OTHER_FIREFOX =
  'reinstall it (apt-get install firefox-esr), or put one that starts first on the PATH';

/** Version as it is printed, and what to do about a program that does not start, and lacks a library. */
const BROWSERS = {
  // Chromium 141.0.7390.76
  browser: {
    version: /\d+(\.\d+){3}/,
    other: 'name Chromium or Chrome with --browser or SWARM_BROWSER',
    library:
      'install the libraries that it needs (apt-get install chromium has them all), or name another with --browser or SWARM_BROWSER',
  },
  // Mozilla Firefox 153.8.0esr
  firefox: {
    version: /^Mozilla Firefox \d+\./m,
    other: OTHER_FIREFOX,
    library: OTHER_FIREFOX,
  },
} as const satisfies Record<BrowserEngine, unknown>;

/**
 * Check that a program is a browser that finds its libraries: container images often lack some.
 * @throws SwarmError `usage` with the output of the program
 */
export const assertStarts = (program: string, engine: BrowserEngine = 'browser'): void => {
  const { error, status, stdout, stderr } = spawnSync(program, ['--version'], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: TIMEOUT_MS,
    killSignal: 'SIGKILL',
  });
  if (error !== undefined && 'code' in error && error.code === 'ETIMEDOUT') return;
  if (status === 0 && BROWSERS[engine].version.test(stdout)) return;
  const lines = `${stderr}\n${stdout}\n${error?.message ?? ''}`.split('\n').filter(Boolean);
  // Wrapper scripts print warnings before the version.
  const missing = lines.find((line) => /shared libraries/.test(line));
  const { library, other } = BROWSERS[engine];
  throw usageError(
    `the browser ${program} does not start: ${missing ?? lines[0] ?? 'it prints no version'}`,
    missing === undefined ? other : library,
  );
};
