import { isSameProcess, type ProcessIdentity } from '@livekit-swarm/host';
import { SwarmError } from '@livekit-swarm/settings';
import { z } from 'zod';
import type { PlatformReference } from '../target.ts';
import type { ComponentSource, Location } from './component.ts';

/** A part as the journal has it. */
export interface PastComponent {
  part: ComponentSource;
  /** What it ran as when the fault was injected. */
  identity: ProcessIdentity | null;
}

export const writeComponent = (past: PastComponent): string => JSON.stringify(past);

const ports = z.object({
  address: z.string(),
  udp: z.tuple([z.int(), z.int()]).nullable(),
  tcp: z.array(z.int()),
});

const pastComponent = z.object({
  part: z.object({
    name: z.string(),
    kind: z.enum(['node', 'redis', 'load-balancer', 'turn']),
    metricsUrl: z.string().nullable(),
    ports: ports.nullable(),
  }),
  identity: z.object({ pid: z.int(), startedAt: z.number().nullable() }).nullable(),
});

/** A lab that lived in another process. Its programs end with that process; what was done to them and around them can be taken back. */
export const pastClusterLocation = (reference: PlatformReference): Location => {
  const parts = readComponents(reference);
  const identityOf = (name: string): ProcessIdentity | null =>
    parts.find(({ part }) => part.name === name)?.identity ?? null;
  return {
    label: 'lab of a drill that has ended',
    reference: () => reference,
    components: async () => parts.map(({ part }) => part),
    identity: async (name) => {
      const identity = identityOf(name);
      return identity !== null && isSameProcess(identity) ? identity : null;
    },
    // There is nothing that it would belong to any more.
    start: async () => {},
    whyNotStartable: () => 'the lab ended with the process that had started it',
  };
};

const readComponents = (reference: PlatformReference): PastComponent[] => {
  try {
    return z
      .array(z.string())
      .parse(reference.parts)
      .map((text) => pastComponent.parse(JSON.parse(text)));
  } catch (error) {
    throw new SwarmError(
      'invalid_reference',
      'the journal entry does not describe the lab',
      'use the version of swarm that ran the drill',
      {
        cause: error,
      },
    );
  }
};
