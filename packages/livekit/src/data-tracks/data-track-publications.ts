import {
  type DataTrackInfo,
  PublishDataTrackRequest,
  PublishDataTrackResponse,
  type RequestResponse,
  RequestResponse_Reason,
} from '@livekit/protocol';
import type { Clock } from '../clock.ts';
import type { RequestMessage } from '../signal/signal-socket.ts';
import { FramePackets } from './frame-packets.ts';

/** Time for the answer of the server, ms: that of livekit-client. */
export const ANSWER_TIMEOUT_MS = 10_000;

/** First version of the server that has data tracks. */
const FIRST_VERSION = '1.11.0';

/** End of a membership while the server has not answered yet: it is not a refusal. */
export class MembershipEnded extends Error {
  constructor() {
    super('the membership of the room has ended');
  }
}

/** Connection of a membership to its server. */
export interface DataTrackLink {
  /** Version of the server. */
  version: string;
  send(message: RequestMessage): void;
}

/** Local data track. */
export interface OwnDataTrack {
  /** True until its membership of the room ends. */
  isPublished(): boolean;
  /** Packets of the next frame. */
  packets(frame: Uint8Array): Uint8Array[];
}

interface Publication {
  isAccepted: boolean;
  /** Description by the server; null: none has arrived. */
  info: DataTrackInfo | null;
  /** Settled with the answer to the last request. */
  answered: PromiseWithResolvers<void>;
}

/** Data tracks that a participant publishes. */
export class DataTrackPublications {
  readonly #clock: Pick<Clock, 'after'>;
  /** Numbers of tracks by their names: a track has the same one in each membership. */
  readonly #handles = new Map<string, number>();
  /** Publications of the present membership, by their numbers. */
  #byHandle = new Map<number, Publication>();
  #link: DataTrackLink | null = null;

  constructor(clock: Pick<Clock, 'after'>) {
    this.#clock = clock;
  }

  /** Begin a membership, in which nothing is published yet. */
  joined(link: DataTrackLink): void {
    const earlier = this.#byHandle;
    this.#byHandle = new Map();
    this.#link = link;
    for (const { answered } of earlier.values()) answered.reject(new MembershipEnded());
  }

  /** Publications that the server knows, for `syncState`. */
  get published(): PublishDataTrackResponse[] {
    return [...this.#byHandle.values()].flatMap(({ info }) =>
      info === null ? [] : [new PublishDataTrackResponse({ info })],
    );
  }

  /**
   * Publish a track; after a request without an answer, take a late one, or ask again.
   * @throws Error if the server refuses the track, or does not answer; `MembershipEnded`
   */
  async publish(name: string): Promise<OwnDataTrack> {
    const link = this.#link;
    if (link === null) throw new Error('the participant has not joined');
    const handle = this.#handles.get(name) ?? this.#handles.size + 1;
    this.#handles.set(name, handle);
    const answered = Promise.withResolvers<void>();
    const publication = this.#byHandle.get(handle) ?? { isAccepted: false, info: null, answered };
    this.#byHandle.set(handle, publication);
    if (!publication.isAccepted) {
      publication.answered = answered;
      const cancel = this.#clock.after(ANSWER_TIMEOUT_MS, () =>
        answered.reject(noAnswer(link.version)),
      );
      link.send({
        case: 'publishDataTrackRequest',
        value: new PublishDataTrackRequest({ pubHandle: handle, name }),
      });
      try {
        await answered.promise;
      } finally {
        cancel();
      }
    }
    const packets = new FramePackets(handle);
    return {
      isPublished: () => this.#byHandle.get(handle) === publication,
      packets: (frame) => packets.next(frame),
    };
  }

  accepted({ info }: PublishDataTrackResponse): void {
    const publication = info === undefined ? undefined : this.#byHandle.get(info.pubHandle);
    if (publication === undefined || info === undefined) return;
    publication.info = info;
    accept(publication);
  }

  /** Take an answer that is not an acceptance: a queued request is accepted later. */
  answered({ pubHandle }: PublishDataTrackRequest, { reason, message }: RequestResponse): void {
    if (reason === RequestResponse_Reason.OK || reason === RequestResponse_Reason.QUEUED) return;
    const publication = this.#byHandle.get(pubHandle);
    if (publication === undefined || publication.isAccepted) return;
    if (reason === RequestResponse_Reason.DUPLICATE_HANDLE) {
      // The answer to an earlier request was lost.
      accept(publication);
      return;
    }
    this.#byHandle.delete(pubHandle);
    publication.answered.reject(rejection(reason, message));
  }

  /** Note that the server ended a publication. */
  ended(handle: number): void {
    this.#byHandle.delete(handle);
  }
}

const accept = (publication: Publication): void => {
  publication.isAccepted = true;
  publication.answered.resolve();
};

const noAnswer = (version: string): Error => {
  const message = `livekit-server ${version} did not answer the request within ${ANSWER_TIMEOUT_MS / 1_000} s`;
  const isOld = version.localeCompare(FIRST_VERSION, 'en', { numeric: true }) < 0;
  return new Error(
    isOld ? `${message}; it has no data tracks: use ${FIRST_VERSION} or newer` : message,
  );
};

const rejection = (reason: RequestResponse_Reason, why: string): Error =>
  new Error(
    reason === RequestResponse_Reason.NOT_ALLOWED
      ? `the server does not allow it (${why}): its token needs canPublishData, and the configuration of the server enable_data_tracks: true`
      : `the server rejected it: ${why}`,
  );
