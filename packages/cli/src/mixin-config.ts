import {
  type ConfigFile,
  type ReadConfig,
  readConfig,
  VARIANTS,
  type Variant,
} from '@livekit-swarm/mixin';
import { suggest, usageError } from '@livekit-swarm/settings';
import { readFileText } from './file-text.ts';

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

const readChanges = (file: string): ConfigFile => ({
  text: readFileText(file, 'swarm mixin --print-config > mixin.yaml writes one'),
  file,
});
