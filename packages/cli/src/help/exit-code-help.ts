import { EXIT_CODES } from '@livekit-swarm/settings/errors';

/** The table of exit codes. */
export const exitCodeHelp = (): string =>
  [
    'Exit codes:',
    ...Object.values(EXIT_CODES).map(
      ({ code, meaning }) => `  ${String(code).padStart(3)}  ${meaning}`,
    ),
  ].join('\n');
