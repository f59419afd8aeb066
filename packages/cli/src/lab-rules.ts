import { existsSync, globSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { usageError } from '@livekit-swarm/settings';

/**
 * Rule files for the Prometheus of a lab, as absolute paths: Prometheus resolves relative ones
 * against its configuration's folder, and silently ignores those that it does not find.
 * @param given paths, also with `*`
 * @throws SwarmError `usage` when one is not a file, or without a Prometheus
 */
export const readRules = (given: readonly string[], companions: readonly string[]): string[] => {
  if (given.length > 0 && !companions.includes('prometheus')) {
    throw usageError('--rules has no effect without a Prometheus', 'add it: --with prometheus');
  }
  return given.map((path) => {
    const whole = resolve(path);
    const found = /[*?[]/.test(path) ? globSync(whole) : [whole];
    if (found.some((file) => statSync(file, { throwIfNoEntry: false })?.isFile())) return whole;
    throw usageError(
      `--rules ${path}: there is no such file`,
      'give the rules of a checkout: alerts/livekit-swarm.rules.yaml',
    );
  });
};

/**
 * Files of the rules that a checkout has; none in an installation. Most panels of the dashboards
 * query the series that they record.
 */
export const shippedRules = (): string[] =>
  [fileURLToPath(new URL('../../../alerts/livekit-swarm.rules.yaml', import.meta.url))].filter(
    existsSync,
  );
