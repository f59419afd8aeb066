import { replaceThresholds } from '@livekit-swarm/analysis';
import { checkThresholds, type Scenario } from '@livekit-swarm/scenario';
import { isUsageError, usageError } from '@livekit-swarm/settings';
import type { FolderSettings } from './read-settings.ts';

/**
 * The scenario with the thresholds of the folder, below its own: one on the same metric, selector, window and aggregation replaces that of the folder.
 * @throws SwarmError `usage` with the position of a threshold on what the scenario lacks
 */
export const withFolderThresholds = (
  scenario: Scenario,
  settings: FolderSettings | undefined,
): Scenario => {
  if (settings === undefined || settings.thresholds.length === 0) return scenario;
  for (const { threshold, at } of settings.thresholds) {
    try {
      checkThresholds(scenario, [threshold]);
    } catch (error) {
      if (!isUsageError(error)) throw error;
      throw usageError(`${at}: ${error.message}`, error.hint);
    }
  }
  const below = settings.thresholds.map(({ threshold }) => threshold);
  return { ...scenario, thresholds: replaceThresholds(below, scenario.thresholds) };
};
