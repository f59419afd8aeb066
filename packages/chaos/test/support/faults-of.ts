/** Faults without an effect, for tests of the drill language. */
import { duration, share, strict } from '@livekit-swarm/settings';
import { z } from 'zod';
import type { Fault } from '../../src/faults/fault.ts';
import type { ComponentKind } from '../../src/targets/platform.ts';

const faultOf = (
  name: string,
  targets: readonly ComponentKind[],
  lasts: boolean,
  params: z.ZodType = strict({}),
  example: Fault['example'] = {},
): Fault => ({
  name,
  description: `What ${name} does.`,
  targets,
  params,
  example,
  lasts,
  unavailable: async () => null,
  inject: async () => {},
  missingEffect: async () => null,
  rollbackSteps: () => [],
  rollback: async () => {},
});

const startsAgain = (fault: Fault): Fault => ({
  ...fault,
  durationOf: (params) => z.object({ down: z.number() }).safeParse(params).data?.down ?? 0,
});

export const FAULTS: ReadonlyMap<string, Fault> = new Map(
  [
    faultOf('kill', ['node', 'redis', 'load-balancer', 'turn'], false),
    startsAgain(
      faultOf(
        'restart',
        ['node', 'load-balancer'],
        false,
        strict({ down: duration().prefault('0s') }),
      ),
    ),
    faultOf('hang', ['node'], true),
    faultOf('packet-loss', ['node'], true, strict({ loss: share() }), { loss: '20%' }),
    startsAgain(faultOf('redis-flush', ['redis'], false)),
    faultOf('add-node', ['node'], false),
    faultOf('weather', [], true),
  ].map((fault) => [fault.name, fault]),
);
