import { readFileSync } from 'node:fs';
import {
  type ConfigFile,
  type ReadConfig,
  readConfig,
  VARIANTS,
  type Variant,
} from '@livekit-swarm/mixin';
import { codeOf, fileProblem, invalidFile, suggest, usageError } from '@livekit-swarm/settings';

/** The names and limits that rules and dashboards were written with. @throws SwarmError `usage`, `invalid_file` */
export const readMixinConfig = (flags: { config?: string; variant?: string }): ReadConfig =>
  readConfig(
    flags.variant === undefined ? null : readVariant(flags.variant),
    flags.config === undefined ? null : readChanges(flags.config),
  );

const readVariant = (text: string): Variant => {
  const known = VARIANTS.find((name) => name === text);
  if (known !== undefined) return known;
  throw usageError(`--variant ${text}: unknown variant`, suggest(text, VARIANTS, 'available:'));
};

const readChanges = (file: string): ConfigFile => {
  try {
    return { text: readFileSync(file, 'utf8'), file };
  } catch (error) {
    const code = codeOf(error) ?? String(error);
    throw invalidFile([
      fileProblem(
        file,
        `cannot be read: ${code}`,
        'swarm mixin --print-config > mixin.yaml writes one',
      ),
    ]);
  }
};
