import { word } from '@livekit-swarm/settings';
import { z } from 'zod';
import { defineRoleKey } from './definition.ts';

/**
 * Ways of media to a node. `direct`: UDP. `ice-tcp`: TCP to the node (RFC 6544). `turn-…`: through
 * a TURN server (RFC 8656), which the participant reaches by UDP, TCP or TLS. `auto`: any way that
 * the server offers; ICE selects, as in browsers.
 */
export const PATHS = ['direct', 'ice-tcp', 'turn-udp', 'turn-tcp', 'turn-tls', 'auto'] as const;

export type MediaPath = (typeof PATHS)[number];

/**
 * Way of media to a node. Absent in records of earlier versions, which had no other than `direct`.
 */
export const path = defineRoleKey({
  name: 'path',
  file: word(PATHS, 'path')
    .optional()
    .describe(
      'Path of media to a node. direct: UDP; ice-tcp: TCP; turn-…: through a TURN server; auto: ICE selects. Default: that of the group.',
    ),
  ofGroup: 'The path of roles that name none. Default: direct.',
  settings: z.enum(PATHS).default('direct'),
  plan: 'same',
  nativeOnly: true,
  read: (given): MediaPath => given ?? 'direct',
  write: (settings) => (settings === 'direct' ? undefined : settings),
});
