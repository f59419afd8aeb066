import { replaceThresholds } from '@livekit-swarm/analysis';
import {
  checkThresholds,
  mergeWitnesses,
  parseThresholds,
  parseWitness,
  type Scenario,
  type ScenarioFileOptions,
  type WitnessSpec,
} from '@livekit-swarm/scenario';
import { isUsageError, usageError } from '@livekit-swarm/settings';
import { withFolderThresholds } from './folder-settings/apply-settings.ts';
import type { FolderSettings } from './folder-settings/read-settings.ts';
import { wholeNumber } from './requests/whole-number.ts';

/** Changes that flags may make to a scenario from a file. */
export interface Adjustments {
  threshold: readonly string[];
  seed?: string | undefined;
  /** Tags as typed: `team=voice`. */
  tag: readonly string[];
  /** Witnesses as typed: `browser:2`. They replace those of the scenario. */
  witness?: readonly string[];
  /** Settings of the working folder, below those of the scenario. */
  folderSettings?: FolderSettings | undefined;
}

/** Options for reading a scenario file, from flags and the settings of the folder. */
export const fileOptions = ({
  scale,
  folderSettings,
}: {
  scale?: string;
  folderSettings?: FolderSettings;
}): ScenarioFileOptions => ({ scale, roomPrefix: folderSettings?.roomPrefix ?? undefined });

/**
 * The scenario with the changes of flags or the environment: thresholds replace those on the same
 * metric, selector, window and aggregation, and come on top of the others; so do tags.
 * @throws SwarmError `usage`, `invalid_threshold`
 */
export const adjustScenario = (
  scenario: Scenario,
  { threshold, seed, tag, witness = [], folderSettings }: Adjustments,
): Scenario => {
  const given = parseThresholds(threshold);
  const witnesses = readWitnesses(witness);
  const based = withFolderThresholds(scenario, folderSettings);
  const witnessed = witnesses.length === 0 ? based : { ...based, witnesses };
  checkThresholds(witnessed, given);
  return {
    ...withTags(witnessed, tag),
    seed: seed === undefined ? scenario.seed : readSeed(seed),
    thresholds: replaceThresholds(based.thresholds, given),
  };
};

/** The scenario with more tags, as typed: `team=voice`. @throws SwarmError `usage` */
export const withTags = (scenario: Scenario, tag: readonly string[]): Scenario => ({
  ...scenario,
  tags: { ...scenario.tags, ...Object.fromEntries(tag.map(readTag)) },
});

/** Reads witnesses as typed: `browser:2`. @throws SwarmError `usage` */
export const readWitnesses = (texts: readonly string[]): WitnessSpec[] =>
  mergeWitnesses(
    texts.map((text) => {
      try {
        return parseWitness(text);
      } catch (error) {
        if (!isUsageError(error)) throw error;
        throw usageError(`--witness ${text}: ${error.message}`, error.hint);
      }
    }),
  );

const MAX_SEED = 2 ** 32 - 1;

const readSeed = wholeNumber('--seed', 0, MAX_SEED, 'leave it out to take the scenario’s own');

/** Form of a tag, which scenario files have as well. */
const TAG = /^([A-Za-z][A-Za-z0-9_.-]{0,59})=(.{1,200})$/s;

const readTag = (text: string): [string, string] => {
  const [, key, value] = TAG.exec(text.trim()) ?? [];
  if (key !== undefined && value !== undefined && !/\p{Cc}/u.test(value)) return [key, value];
  throw usageError(
    `--tag ${text}: not a tag`,
    'write NAME=VALUE, as team=voice; names have letters, digits, hyphens, dots and underscores',
  );
};
