import { readSecret, type SecretReader } from '@livekit-swarm/host';
import type { LoadGuard } from '@livekit-swarm/livekit';
import { assertReadable, type ReadPermission } from '@livekit-swarm/scenario';
import type { SecretRef } from '@livekit-swarm/settings';

/** Reader of the secrets that a scenario names, with its permission. */
export interface ScenarioReader extends SecretReader {
  permission: ReadPermission;
}

/** Creates the reader for a run on this host. */
export const scenarioReader = ({ reads }: Pick<LoadGuard, 'reads'>): ScenarioReader => ({
  env: process.env,
  dir: process.cwd(),
  permission: reads,
});

/**
 * Reads a secret that a scenario names.
 * @throws SwarmError `usage` if the scenario may not read it, or it does not exist
 */
export const readScenarioSecret = (
  ref: SecretRef,
  where: string,
  reader: ScenarioReader,
): Promise<string> => {
  assertReadable(ref, where, reader.permission, reader.dir);
  return readSecret(ref, where, reader);
};
