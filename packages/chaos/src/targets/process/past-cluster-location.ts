import { isSameProcess, type ProcessIdentity } from '@livekit-swarm/host';
import { SwarmError } from '@livekit-swarm/settings';
import { z } from 'zod';
import type { TargetReference } from '../target.ts';
import type { Part, Place } from './component.ts';

/** A part as the journal has it. */
export interface PastPart {
  part: Part;
  /** What it ran as when the fault was injected. */
  identity: ProcessIdentity | null;
}

export const writePart = (past: PastPart): string => JSON.stringify(past);

const ports = z.object({
  address: z.string(),
  udp: z.tuple([z.int(), z.int()]).nullable(),
  tcp: z.array(z.int()),
});

const pastPart = z.object({
  part: z.object({
    name: z.string(),
    kind: z.enum(['node', 'redis', 'balancer', 'turn']),
    metricsUrl: z.string().nullable(),
    ports: ports.nullable(),
  }),
  identity: z.object({ pid: z.int(), startedAt: z.number().nullable() }).nullable(),
});

/** A lab that lived in another process. Its programs end with that process; what was done to them and around them can be taken back. */
export const pastClusterPlace = (reference: TargetReference): Place => {
  const parts = readParts(reference);
  const identityOf = (name: string): ProcessIdentity | null =>
    parts.find(({ part }) => part.name === name)?.identity ?? null;
  return {
    label: 'lab of a drill that has ended',
    reference: () => reference,
    parts: async () => parts.map(({ part }) => part),
    identity: async (name) => {
      const identity = identityOf(name);
      return identity !== null && isSameProcess(identity) ? identity : null;
    },
    // There is nothing that it would belong to any more.
    start: async () => {},
    lacksStart: () => 'the lab ended with the process that had started it',
  };
};

const readParts = (reference: TargetReference): PastPart[] => {
  try {
    return z
      .array(z.string())
      .parse(reference.parts)
      .map((text) => pastPart.parse(JSON.parse(text)));
  } catch (error) {
    throw new SwarmError(
      'bad_reference',
      'the journal says nothing of the lab that could be understood',
      'use the version of swarm that ran the drill',
      {
        cause: error,
      },
    );
  }
};
