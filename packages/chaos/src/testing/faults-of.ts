/** Faults for tests of the language: they can be spoken of, and do nothing. */
import { share, strict } from '@livekit-swarm/core/settings';
import type { z } from 'zod';
import type { Fault } from '../faults/fault.ts';
import type { MemberKind } from '../targets/target.ts';

const faultOf = (name: string, on: readonly MemberKind[], lasts: boolean, params: z.ZodType = strict({})): Fault => ({
  name,
  description: `What ${name} does.`,
  on,
  params,
  lasts,
  available: async () => null,
  inject: async () => {},
  heal: async () => {},
});

export const FAULTS: ReadonlyMap<string, Fault> = new Map(
  [
    faultOf('kill', ['node', 'redis', 'balancer'], false),
    faultOf('restart', ['node', 'balancer'], false),
    faultOf('hang', ['node'], true),
    faultOf('packet-loss', ['node'], true, strict({ loss: share() })),
    faultOf('redis-flush', ['redis'], false),
    faultOf('weather', [], true),
  ].map((fault) => [fault.name, fault]),
);
