import {
  checkThresholds,
  flagsOfLoad,
  formatScenario,
  parseLoadFlags,
  parseThresholds,
  scenarioOfLoad,
  shellLine,
} from '@livekit-swarm/scenario';
import { EXIT_CODES, type ExitCode, usageError } from '@livekit-swarm/settings';
import { type Console, write } from '../console.ts';
import type { RunFlags } from '../flags.ts';
import { schemaPathFrom } from '../scenario/schema-path.ts';

/**
 * `swarm … --print-scenario`: prints the scenario file that does what the flags say, and does nothing else.
 * @throws SwarmError `usage`
 */
export const printScenarioCommand = async (
  flags: RunFlags,
  { stdout }: Console,
): Promise<ExitCode> => {
  if (flags.json)
    throw usageError('--print-scenario prints a file in YAML, not JSON', 'leave --json out');
  const load = parseLoadFlags(flags);
  const scenario = scenarioOfLoad(load, parseThresholds(flags.threshold));
  checkThresholds(scenario, scenario.thresholds);
  const words = [
    'swarm',
    ...flagsOfLoad(load),
    ...flags.threshold.flatMap((text) => ['--threshold', text]),
  ];
  const here = process.cwd();
  await write(
    stdout,
    formatScenario(scenario, {
      schema: schemaPathFrom(here, here),
      comment: `The same as: ${shellLine(words)}`,
    }),
  );
  return EXIT_CODES.passed.code;
};
