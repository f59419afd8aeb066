import type { CallFacts } from './call-facts.ts';
import { connectedWithoutMedia } from './connected-without-media.ts';
import type { Violation } from './invariant.ts';
import { noMediaAfterQuiet } from './no-media-after-quiet.ts';
import { roomOnTwoNodes } from './room-on-two-nodes.ts';
import { tracksDeliveredTwice, tracksOfAnotherRoom } from './wrong-tracks.ts';

/** Checks the facts of a record against every invariant. */
export const checkInvariants = (facts: CallFacts): Violation[] => [
  ...connectedWithoutMedia(facts),
  ...roomOnTwoNodes(facts),
  ...tracksOfAnotherRoom(facts),
  ...tracksDeliveredTwice(facts),
  ...noMediaAfterQuiet(facts),
];
