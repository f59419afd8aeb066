import { namesOf, outputs, readCapacity, writeFiles } from '@livekit-swarm/mixin';
import { codeOf, EXIT_CODES, type ExitCode, plural, usageError } from '@livekit-swarm/settings';
import { type Console, write } from '../console.ts';
import { readMixinConfig } from '../mixin-config.ts';

export interface MixinFlags {
  config?: string;
  variant?: string;
  out?: string;
  capacity?: string;
  printConfig?: true;
}

/**
 * `swarm mixin`: rules and dashboards for the names of a Prometheus.
 * @throws SwarmError `invalid_file` for the configuration or the capacity; `usage` for a flag, or a folder that cannot be written
 */
export const mixinCommand = async (flags: MixinFlags, { stdout }: Console): Promise<ExitCode> => {
  const { config, text } = readMixinConfig(flags);
  if (flags.printConfig === true) {
    await write(stdout, text);
    return EXIT_CODES.passed.code;
  }
  if (flags.out === undefined)
    throw usageError('no folder is named', 'give --out FOLDER, or --print-config');
  const capacity = flags.capacity === undefined ? null : readCapacity(flags.capacity);
  const files = outputs(namesOf(config), capacity);
  await writeFiles(flags.out, files).catch((error: unknown) => {
    throw usageError(
      `--out ${flags.out}: cannot be written: ${codeOf(error) ?? error}`,
      'name a folder that you may write to',
    );
  });
  await write(
    stdout,
    `${plural(Object.keys(files).length, 'file')} in ${flags.out}: alerts, dashboards and mixin.libsonnet for the job "${config.jobs.livekit}"\n`,
  );
  return EXIT_CODES.passed.code;
};
