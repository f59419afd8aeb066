import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readThreshold, type Threshold } from '@livekit-swarm/metrics';
import {
  codeOf,
  fileProblem,
  invalidFile,
  type Problem,
  readSettings,
} from '@livekit-swarm/settings';
import { hasFolderSettings, SETTINGS_FILE } from '../flags/no-swarm-yaml.ts';
import { folderSettingsSchema } from './schema.ts';

/** Threshold of the settings of a folder, and its position in the file. */
export interface PlacedThreshold {
  threshold: Threshold;
  /** `swarm.yaml:4:3` */
  at: string;
}

/** Settings of a folder: defaults of the commands that send load. */
export interface FolderSettings {
  /** URL of the deployment; null: none, or it is not used. */
  url: string | null;
  /** Hosts that may be loaded; empty: any. They restrict those of flags and the environment. */
  allowHosts: string[];
  denyHosts: string[];
  /** Prefix of room names; null: none. */
  roomPrefix: string | null;
  thresholds: PlacedThreshold[];
}

/**
 * Reads `swarm.yaml` of a folder.
 * @returns null: there is none
 * @throws SwarmError `invalid_file` with every problem
 */
export const readFolderSettings = (folder: string): FolderSettings | null =>
  hasFolderSettings(folder) ? parseFolderSettings(readText(join(folder, SETTINGS_FILE))) : null;

const readText = (path: string): string => {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw invalidFile([
      fileProblem(
        SETTINGS_FILE,
        `cannot be read: ${codeOf(error) ?? String(error)}`,
        'make it readable, or leave it out with --no-swarm-yaml',
      ),
    ]);
  }
};

/** Reads the text of a `swarm.yaml`. @throws SwarmError `invalid_file` with every problem */
export const parseFolderSettings = (text: string): FolderSettings => {
  const { value, at, problem } = readSettings(text, folderSettingsSchema(), {
    file: SETTINGS_FILE,
    noun: 'file of settings',
    begin: 'begin with url: wss://livekit.staging.example.com, or remove the file',
  });
  const problems: Problem[] = [];
  const thresholds = Object.entries(value.thresholds).flatMap(([metric, expressions]) =>
    [expressions].flat().flatMap((expression, index): PlacedThreshold[] => {
      const path = ['thresholds', metric, ...(Array.isArray(expressions) ? [index] : [])];
      const read = readThreshold(`${metric}: ${expression}`);
      if (read.problem === null) return [{ threshold: read.threshold, at: at(path) }];
      problems.push(problem(path, read.problem.message, read.problem.hint));
      return [];
    }),
  );
  if (problems.length > 0) throw invalidFile(problems);
  const { url = null, allowHosts, denyHosts, roomPrefix = null } = value;
  return { url, allowHosts, denyHosts, roomPrefix, thresholds };
};
