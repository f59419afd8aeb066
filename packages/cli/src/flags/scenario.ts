import { Option } from 'commander';

/** Flags that vary a scenario. */
export const scenarioFlags = (): Option[] => [
  new Option('--scale <name>', 'one of the file’s own scales, or a factor: small, 0.1'),
  new Option(
    '--seed <n>',
    'seed of random numbers: join times and durations (default: the scenario’s)',
  ),
];
