/** Faults for tests of the language: they can be spoken of, and do nothing. */
import { duration, share, strict } from '@livekit-swarm/settings';
import { z } from 'zod';
import type { Fault } from '../../src/faults/fault.ts';
import type { MemberKind } from '../../src/targets/target.ts';

const faultOf = (
  name: string,
  on: readonly MemberKind[],
  lasts: boolean,
  params: z.ZodType = strict({}),
): Fault => ({
  name,
  description: `What ${name} does.`,
  on,
  params,
  lasts,
  available: async () => null,
  inject: async () => {},
  heal: async () => {},
});

const startsAgain = (fault: Fault): Fault => ({
  ...fault,
  takes: (params) => z.object({ down: z.number() }).safeParse(params).data?.down ?? 0,
});

export const FAULTS: ReadonlyMap<string, Fault> = new Map(
  [
    faultOf('kill', ['node', 'redis', 'balancer'], false),
    startsAgain(
      faultOf('restart', ['node', 'balancer'], false, strict({ down: duration().prefault('0s') })),
    ),
    faultOf('hang', ['node'], true),
    faultOf('packet-loss', ['node'], true, strict({ loss: share() })),
    startsAgain(faultOf('redis-flush', ['redis'], false)),
    faultOf('weather', [], true),
  ].map((fault) => [fault.name, fault]),
);
