import {
  flagName,
  formatScenario,
  LOAD_FLAGS,
  type LoadFlags,
  scenarioOfFlags,
} from '@livekit-swarm/scenario';
import { EXIT_CODES, type ExitCode, shellLine, usageError } from '@livekit-swarm/settings';
import { readWitnesses, withTags } from '../adjust-scenario.ts';
import { type Console, write } from '../console.ts';
import type { RunFlags } from '../flags/run.ts';
import { withFolderThresholds } from '../folder-settings/apply-settings.ts';
import { schemaFrom } from '../scenario/file-header.ts';

/**
 * `swarm … --print-scenario`: prints the scenario file that is equivalent to the flags; starts nothing.
 * @throws SwarmError `usage`
 */
export const printScenarioCommand = async (
  flags: RunFlags,
  { stdout }: Console,
): Promise<ExitCode> => {
  if (flags.json)
    throw usageError('--print-scenario prints a file in YAML, not JSON', 'leave --json out');
  const described = scenarioOfFlags(flags, flags.threshold, readWitnesses(flags.witness));
  const scenario = withTags(withFolderThresholds(described, flags.folderSettings), flags.tag);
  const here = process.cwd();
  await write(
    stdout,
    formatScenario(scenario, {
      schema: schemaFrom(here, here),
      comment: `The same as: ${shellLine(['swarm', ...scenarioWords(flags)])}`,
    }),
  );
  return EXIT_CODES.passed.code;
};

/** The flags that describe the scenario, as they are typed: `['--rooms', '500']`. */
export const scenarioWords = (
  flags: Pick<RunFlags, keyof LoadFlags | 'threshold' | 'tag' | 'witness'>,
): string[] => [
  ...LOAD_FLAGS.flatMap((flag) => {
    const value = flags[flag];
    if (typeof value === 'string') return wordsOf(flagName(flag), value);
    return value === true ? [flagName(flag)] : [];
  }),
  ...flags.threshold.flatMap((text) => ['--threshold', text]),
  ...flags.witness.flatMap((text) => ['--witness', text]),
  ...flags.tag.flatMap((text) => ['--tag', text]),
];

/** A value that begins with a hyphen would be read as a flag. */
const wordsOf = (flag: string, value: string): string[] =>
  value.startsWith('-') ? [`${flag}=${value}`] : [flag, value];
