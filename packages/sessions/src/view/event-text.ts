import type { EventCode } from '../journal/entries.ts';
import type { StoredEvent } from '../journal/read.ts';

const PHRASES = {
  room_started: 'room started',
  room_finished: 'room finished',
  joined: 'joined',
  left: 'left',
  reconnected: 'reconnected',
  path_changed: 'path changed',
  track_published: 'track published',
  track_unpublished: 'track unpublished',
  node_lost: 'node stopped reporting',
} as const satisfies Record<EventCode, string>;

/** Text of an event: `anna: track published (video camera)`. */
export const eventText = (
  { code, detail, sid }: StoredEvent,
  identityOf: ReadonlyMap<string, string>,
): string => {
  const who = sid === null ? '' : `${identityOf.get(sid) ?? sid}: `;
  return `${who}${PHRASES[code]}${detail === null ? '' : ` (${detail})`}`;
};
