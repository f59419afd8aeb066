import { readScenarioFile, type Scenario } from '@livekit-swarm/scenario';
import { usageError } from '@livekit-swarm/settings';

/**
 * Checks that each scenario file has callers. Standard input is read once, by the run itself.
 * @throws SwarmError `usage`, also for a file that cannot be read
 */
export const assertCallers = (paths: readonly string[]): void => {
  for (const path of paths.filter((one) => one !== '-'))
    assertCallersOf(readScenarioFile(path).scenario, path);
};

/** @throws SwarmError `usage` */
export const assertCallersOf = ({ groups }: Scenario, path: string): void => {
  if (groups.some(({ roles }) => roles.some(({ conversation }) => conversation !== undefined)))
    return;
  throw usageError(
    `${path}: no role talks with a voice agent`,
    'give a role the key conversation: caller: { publish: audio, conversation: { agent: my-agent } }, or use swarm run',
  );
};
