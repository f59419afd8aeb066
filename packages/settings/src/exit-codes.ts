/**
 * Table of all exit codes, from which the docs are generated. 98 and 99 follow k6, 130 the shell's
 * 128 + SIGINT.
 */
export const EXIT_CODES = {
  passed: { code: 0, meaning: 'the run finished and every threshold held' },
  internalError: { code: 1, meaning: 'an error in swarm itself' },
  usage: { code: 2, meaning: 'bad usage or a bad scenario: nothing was started' },
  unreachable: {
    code: 3,
    meaning: 'the deployment or the queue was unreachable, or rejected the load generator',
  },
  inconclusive: {
    code: 98,
    meaning: 'the figures cannot be trusted or are not there: neither passed nor failed',
  },
  failed: {
    code: 99,
    meaning: 'thresholds were crossed, or a metric regressed against the baseline',
  },
  interrupted: { code: 130, meaning: 'interrupted; record and report were still written' },
} as const;

export type ExitName = keyof typeof EXIT_CODES;
export type ExitCode = (typeof EXIT_CODES)[ExitName]['code'];
