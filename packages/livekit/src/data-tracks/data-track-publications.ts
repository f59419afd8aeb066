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
  name: string;
  info: DataTrackInfo | null;
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
    for (const { answered } of earlier.values())
      answered.reject(new Error('the membership of the room has ended'));
  }

  /** Publications that the server knows, for `syncState`. */
  get published(): PublishDataTrackResponse[] {
    return [...this.#byHandle.values()].flatMap(({ info }) =>
      info === null ? [] : [new PublishDataTrackResponse({ info })],
    );
  }

  /** @throws Error if the server refuses the track, or does not answer */
  async publish(name: string): Promise<OwnDataTrack> {
    const link = this.#link;
    if (link === null) throw new Error('the participant has not joined');
    const handle = this.#handles.get(name) ?? this.#handles.size + 1;
    this.#handles.set(name, handle);
    const publication: Publication = { name, info: null, answered: Promise.withResolvers() };
    this.#byHandle.set(handle, publication);
    const cancel = this.#clock.after(ANSWER_TIMEOUT_MS, () =>
      this.#refused(handle, noAnswer(link.version)),
    );
    link.send({
      case: 'publishDataTrackRequest',
      value: new PublishDataTrackRequest({ pubHandle: handle, name }),
    });
    try {
      await publication.answered.promise;
    } finally {
      cancel();
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
    publication.answered.resolve();
  }

  /** Take an answer that is not an acceptance: a queued request is accepted later. */
  answered({ pubHandle }: PublishDataTrackRequest, { reason, message }: RequestResponse): void {
    if (reason === RequestResponse_Reason.OK || reason === RequestResponse_Reason.QUEUED) return;
    this.#refused(pubHandle, rejection(reason, message));
  }

  /** Note that the server ended a publication. */
  ended(handle: number): void {
    this.#byHandle.delete(handle);
  }

  #refused(handle: number, error: Error): void {
    const publication = this.#byHandle.get(handle);
    if (publication === undefined || publication.info !== null) return;
    this.#byHandle.delete(handle);
    publication.answered.reject(error);
  }
}

const noAnswer = (version: string): Error =>
  new Error(
    `livekit-server ${version} did not answer the request within ${ANSWER_TIMEOUT_MS / 1_000} s; old servers have no data tracks: use 1.11.0 or newer`,
  );

const rejection = (reason: RequestResponse_Reason, why: string): Error =>
  new Error(
    reason === RequestResponse_Reason.NOT_ALLOWED
      ? `the server does not allow it (${why}): its token needs canPublishData, and the configuration of the server enable_data_tracks: true`
      : `the server rejected it: ${why}`,
  );
