import { isSameProcess, type ProcessIdentity } from '@livekit-swarm/host';
import { SwarmError } from '@livekit-swarm/settings';
import { z } from 'zod';
import type { PlatformReference } from '../platform.ts';
import type { ComponentSource, Location } from './component.ts';

/** A component in the journal. */
export interface PastComponent {
  component: ComponentSource;
  /** Its process when the fault was injected. */
  identity: ProcessIdentity | null;
}

export const writeComponent = (past: PastComponent): string => JSON.stringify(past);

const ports = z.object({
  address: z.string(),
  udp: z.tuple([z.int(), z.int()]).nullable(),
  tcp: z.array(z.int()),
});

const pastComponent = z.object({
  component: z.object({
    name: z.string(),
    kind: z.enum(['node', 'redis', 'load-balancer', 'turn']),
    metricsUrl: z.string().nullable(),
    ports: ports.nullable(),
  }),
  identity: z.object({ pid: z.int(), startedAt: z.number().nullable() }).nullable(),
});

/** A lab of another process, with which its services end; other effects can be rolled back. */
export const pastClusterLocation = (reference: PlatformReference): Location => {
  const components = readComponents(reference);
  const identityOf = (name: string): ProcessIdentity | null =>
    components.find(({ component }) => component.name === name)?.identity ?? null;
  return {
    label: 'lab of a drill that has ended',
    reference: () => reference,
    components: async () => components.map(({ component }) => component),
    identity: async (name) => {
      const identity = identityOf(name);
      return identity !== null && isSameProcess(identity) ? identity : null;
    },
    // Nothing is left that could use it.
    start: async () => {},
    whyNotStartable: () => 'the lab ended with the process that had started it',
  };
};

const readComponents = (reference: PlatformReference): PastComponent[] => {
  try {
    return z
      .array(z.string())
      .parse(reference.components)
      .map((text) => pastComponent.parse(JSON.parse(text)));
  } catch (error) {
    throw new SwarmError(
      'invalid_reference',
      'the journal entry does not describe the lab',
      'use the version of swarm that ran the drill',
      { cause: error },
    );
  }
};
