import { createHash } from 'node:crypto';
import { resolve } from 'node:path';
import { describeServer } from '@livekit-swarm/campaign/server';
import { z } from 'zod';
import type { DeploymentChoice } from './deployment-choice.ts';

/** Server of --server in the state of a session; null: the one that labs have without it. */
export const testedServer = z.object({ text: z.string(), sha256: z.string() }).nullable();

export type TestedServer = z.infer<typeof testedServer>;

/** Server of --server, and a hash of what it is: its configuration may change under the same name. */
export const testedServerOf = (deployment: DeploymentChoice): TestedServer => {
  if (deployment.type !== 'embedded' || deployment.server === null) return null;
  const { version, serverPath, config } = deployment.server;
  const identity = JSON.stringify([serverPath === null ? version : resolve(serverPath), config]);
  return {
    text: describeServer(deployment.server),
    sha256: createHash('sha256').update(identity).digest('hex'),
  };
};
