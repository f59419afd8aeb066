import { usageError } from '@livekit-swarm/settings';

/**
 * `--label` of a host (`swarm host`), or of the hosts that a run may use.
 * @throws SwarmError `usage`
 */
export const readLabels = (texts: readonly string[]): Record<string, string> => {
  const labels = new Map<string, string>();
  for (const text of texts) {
    const [, name, value] = /^([a-z][a-z0-9_.-]*)=(.+)$/i.exec(text) ?? [];
    if (name === undefined || value === undefined)
      throw usageError(`--label ${text}: must be NAME=VALUE`, 'write region=eu');
    if (labels.has(name))
      throw usageError(
        `--label ${text}: ${name} has a value already`,
        'a host has one value for each name',
      );
    labels.set(name, value);
  }
  return Object.fromEntries(labels);
};
