import {
  flagName,
  LOAD_FLAGS,
  type LoadFlags,
  readScenarioFile,
  type Scenario,
  scenarioOfFlags,
} from '@livekit-swarm/scenario';
import { formatProblem, usageError } from '@livekit-swarm/settings';
import { adjustScenario, fileOptions } from '../adjust-scenario.ts';
import type { ReadFlags } from '../flags/guard.ts';
import { withFolderThresholds } from '../folder-settings/apply-settings.ts';
import type { FolderSettings } from '../folder-settings/read-settings.ts';
import { prepareOwnMedia } from '../own-media.ts';

export interface AbScenarioFlags extends LoadFlags, ReadFlags {
  threshold: string[];
  scale?: string;
  seed?: string;
  folderSettings?: FolderSettings;
}

/**
 * The scenario of a file, or the one that flags describe.
 * @param typed names of the flags on the command line
 * @throws SwarmError `usage`
 */
export const readAbScenario = (
  files: readonly string[],
  flags: AbScenarioFlags,
  typed: readonly string[],
): { scenario: Scenario; warnings: string[] } => {
  const [path, ...more] = files;
  if (more.length > 0)
    throw usageError(`${more.join(' ')}: one scenario at a time`, 'give one of them');
  const scaled = flags.scale === undefined && flags.seed === undefined;
  if (path === undefined) {
    if (!scaled)
      throw usageError(
        '--scale and --seed require a scenario file',
        'name the file: scenarios/voice-ai.yaml --scale small',
      );
    const described = scenarioOfFlags(flags, flags.threshold);
    return { scenario: withFolderThresholds(described, flags.folderSettings), warnings: [] };
  }
  const shaping = LOAD_FLAGS.filter((flag) => typed.includes(flag));
  if (shaping.length > 0) {
    throw usageError(
      `${shaping.map(flagName).join(', ')}: the scenario ${path} defines the load`,
      'leave the flags or the file out',
    );
  }
  const file = prepareOwnMedia(
    readScenarioFile(path, fileOptions(flags)),
    flags.allowFile ?? [],
    () => {},
  );
  return {
    scenario: adjustScenario(file.scenario, {
      threshold: flags.threshold,
      seed: flags.seed,
      tag: [],
      folderSettings: flags.folderSettings,
    }),
    warnings: file.warnings.map(formatProblem),
  };
};
