import { SwarmError } from '@livekit-swarm/settings';
import { reopenDockerPlatform } from './docker.ts';
import { reopenKubernetesPlatform } from './kubernetes.ts';
import type { Platform, PlatformKind, PlatformReference } from './platform.ts';
import { reopenProcessPlatform } from './process.ts';
import { reopenSshPlatform } from './ssh.ts';

/** Finds a target again by what the journal has of it; by kind. */
const OPENERS: Partial<Record<PlatformKind, (reference: PlatformReference) => Promise<Platform>>> =
  {
    process: reopenProcessPlatform,
    docker: reopenDockerPlatform,
    kubernetes: reopenKubernetesPlatform,
    ssh: reopenSshPlatform,
  };

/** @throws SwarmError `invalid_reference` where this version does not know such targets */
export const openPlatform = (reference: PlatformReference): Promise<Platform> => {
  const open = OPENERS[reference.kind];
  if (open !== undefined) return open(reference);
  throw new SwarmError(
    'invalid_reference',
    `unknown platform "${reference.kind}"`,
    'use the version of swarm that ran the drill',
  );
};
