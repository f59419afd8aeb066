import { quote, say, share, strict, suggest, text, textOf } from '@livekit-swarm/settings';
import { z } from 'zod';
import type { Aim } from '../drill.ts';

const ROLE_WORDS = [
  'room-node',
  'other-node',
  'signal-node',
  'redis',
  'balancer',
  'turn',
  'none',
] as const;

const HINT =
  'write room-node, other-node, signal-node, redis, balancer, turn, { nodes: 33% } or { member: node-2 }';

const role = z
  .enum(ROLE_WORDS, {
    error: ({ input }) =>
      say(
        `${quote(input)} is no part of a deployment`,
        suggest(textOf(input), ROLE_WORDS, 'there are'),
      ),
  })
  .transform((word): Aim => ({ role: word }));

const others = strict({
  nodes: share().optional().describe('A share of all nodes, at least one, chosen with the seed.'),
  member: text(200, 'the name of a part')
    .optional()
    .describe('One part by its name, as "swarm chaos plan" lists them.'),
}).transform(({ nodes, member }, context): Aim => {
  if (context.issues.length > 0) return z.NEVER;
  if ((nodes === undefined) === (member === undefined)) {
    context.addIssue({ code: 'custom', message: say('must be either nodes or a member', HINT) });
  } else if (member !== undefined) {
    return { role: 'member', name: member };
  } else if (nodes === 0) {
    context.addIssue({
      code: 'custom',
      path: ['nodes'],
      message: say('is nobody', 'write a share above 0%, or leave the fault out'),
    });
  } else if (nodes !== undefined) {
    return { role: 'nodes', share: nodes };
  }
  return z.NEVER;
});

/** What a fault is done to: `room-node`, `redis`, `{ nodes: 33% }`, `{ member: node-2 }`. */
export const aim = () =>
  z
    .union([role, others], { error: say('must be a part of the deployment', HINT) })
    .meta({ samples: ['room-node', 'redis', { nodes: '33%' }, { member: 'node-2' }] });
