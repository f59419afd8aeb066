import type { RemotePublisher } from '../../engine.ts';
import type { CohortOf } from './cohorts.ts';

type On = Pick<CohortOf, 'publishersOn'>;

/**
 * Publishers of one room that are on other hosts: the latency of their media compares two clocks.
 */
export interface RoomPublishers {
  /** Host of a track's publisher. @param identity identity of the publisher */
  ofMedia(identity: string | undefined): On;
  /** Hosts of all participants that send data. */
  ofData(): On;
  /** Hosts of all publishers, for media that does not show its own. */
  ofStream(): On;
}

const HERE: On = {};
const ALL_HERE: RoomPublishers = { ofMedia: () => HERE, ofData: () => HERE, ofStream: () => HERE };

/** Publishers on other hosts, by room. */
export class RemotePublishers {
  readonly #rooms = new Map<string, RemotePublisher[]>();

  constructor(publishers: readonly RemotePublisher[]) {
    for (const one of publishers) {
      const room = this.#rooms.get(one.room) ?? [];
      room.push(one);
      this.#rooms.set(one.room, room);
    }
  }

  of(room: string): RoomPublishers {
    const publishers = this.#rooms.get(room);
    if (publishers === undefined) return ALL_HERE;
    const agents = new Map(publishers.map(({ identity, agent }) => [identity, agent]));
    const senders = publishers.filter(({ sendsData }) => sendsData).map(({ agent }) => agent);
    return {
      ofMedia: (identity = '') => {
        const agent = agents.get(identity);
        return agent === undefined ? HERE : { publishersOn: [agent] };
      },
      ofData: () => (senders.length === 0 ? HERE : { publishersOn: [...new Set(senders)].sort() }),
      ofStream: () => ({ publishersOn: [...new Set(agents.values())].sort() }),
    };
  }
}
