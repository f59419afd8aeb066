import type { MediaReceivers, ReceiveStream } from '../media-plane.ts';
import type { RemoteSection } from '../sdp/read.ts';
import { receiveStream } from '../sdp/streams.ts';

/** Maps remote tracks to the m-lines of a peer, and updates the plane when the mapping changes. */
export class Receivers {
  readonly #plane: MediaReceivers;
  readonly #isSilent: (trackSid: string) => boolean;
  /** Key of the binding in the plane, by mid. */
  readonly #bound = new Map<string, string>();

  constructor(plane: MediaReceivers, isSilent: (trackSid: string) => boolean) {
    this.#plane = plane;
    this.#isSilent = isSilent;
  }

  /** @param ownMids m-lines on which the participant sends, which receive nothing */
  apply(
    peer: number,
    sections: RemoteSection[],
    midToTrackId: Readonly<Record<string, string>>,
    ownMids: ReadonlySet<string>,
  ): void {
    for (const section of sections) {
      if (ownMids.has(section.mid) || section.kind === 'application') continue;
      const stream = receiveStream(section, midToTrackId);
      const key = stream === null ? null : keyOf(stream);
      const before = this.#bound.get(section.mid) ?? null;
      if (key === before) continue;
      if (before !== null) {
        this.#bound.delete(section.mid);
        this.#plane.stopReceiving(peer, section.mid);
      }
      if (stream === null || key === null) continue;
      this.#bound.set(section.mid, key);
      this.#plane.receive(peer, { ...stream, muted: this.#isSilent(stream.trackSid) });
    }
  }
}

/** Identity of a received stream: its track and the format of its packets. */
const keyOf = ({ trackSid, ssrc, rtxSsrc, payloads }: Omit<ReceiveStream, 'muted'>) =>
  `${trackSid} ${ssrc} ${rtxSsrc} ${payloads.map(({ payloadType, rtxPayloadType }) => `${payloadType}/${rtxPayloadType}`).join(',')}`;
