import { setTimeout as sleep } from 'node:timers/promises';
import {
  DATA_TRACK_CHANNEL,
  type DataChannel,
  type DataChannels,
  dataTemplate,
  encryptedDataTemplate,
} from '@livekit-swarm/livekit';
import type { DataTraffic } from '@livekit-swarm/scenario';
import { DATA_STAMP_BYTES, type DataFlowOptions, type Pump } from '@livekit-swarm/webrtc';
import type { FrameKeyHandle } from '../media/frame-keys.ts';
import type { ParticipantKeys } from '../media/participant-keys.ts';

export interface DataFlowsOptions {
  pump: Pick<Pump, 'createDataChannel' | 'startDataFlow' | 'sendData'>;
  data: readonly DataTraffic[];
  keys: Pick<ParticipantKeys, 'current'>;
  /** Number of a new data flow, unique in the run. */
  nextFlow(): number;
}

const RELIABLE = '_reliable';

type Label = DataChannel['label'];

/** Time until a full channel is tried again, ms: it holds 128 KB, enough for 60 MB/s. */
const ROOM_AFTER_MS = 2;

const isFull = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && error.code === 'channel_full';

/** Data channels of one participant, and the data that it sends on them. */
export class DataFlows implements DataChannels {
  readonly #options: DataFlowsOptions;
  readonly #opened = new Set<string>();
  /** Peers whose channels are open, by the label. */
  readonly #open = new Map<string, number>();
  #isSendingFrame = false;
  /** Settled once all messages so far were sent. */
  #sent: Promise<void> = Promise.resolve();

  constructor(options: DataFlowsOptions) {
    this.#options = options;
  }

  openChannel(peer: number, { label, ordered, maxRetransmits }: DataChannel): void {
    this.#opened.add(`${peer} ${label}`);
    this.#options.pump.createDataChannel({ peer, label, ordered, maxRetransmits });
  }

  /**
   * Send data on a channel that is ready. As in the SDKs, only on channels that this side opened.
   */
  channelOpened(peer: number, label: string): void {
    if (!this.#opened.has(`${peer} ${label}`)) return;
    this.#open.set(label, peer);
    const { pump, data, keys, nextFlow } = this.#options;
    for (const { messagesPerSecond, bytes, reliable } of data) {
      if (label !== (reliable ? RELIABLE : '_lossy')) continue;
      pump.startDataFlow({
        peer,
        label,
        ...templateOf(bytes, reliable, keys.current),
        intervalMs: 1_000 / messagesPerSecond,
        flow: nextFlow(),
      });
    }
  }

  /** Note that a peer was closed, and its channels with it. */
  closed(peer: number): void {
    for (const [label, one] of this.#open) if (one === peer) this.#open.delete(label);
  }

  /**
   * Send a message on the reliable channel, after those before it, and once there is room for it.
   * @throws Error if the channel is not open
   */
  sendReliably(message: Uint8Array): Promise<void> {
    const sent = this.#sent.then(() => this.#sendWhenThereIsRoom(RELIABLE, message));
    this.#sent = sent.catch(() => {});
    return sent;
  }

  /**
   * Send the packets of a frame of a data track, each once there is room for it.
   * @throws Error if the channel is not open, or still has packets of an earlier frame to take
   */
  async sendFrame(packets: readonly Uint8Array[]): Promise<void> {
    if (this.#isSendingFrame) throw new Error('the channel of data tracks is full');
    this.#isSendingFrame = true;
    try {
      for (const packet of packets) await this.#sendWhenThereIsRoom(DATA_TRACK_CHANNEL, packet);
    } finally {
      this.#isSendingFrame = false;
    }
  }

  async #sendWhenThereIsRoom(label: Label, message: Uint8Array): Promise<void> {
    for (;;) {
      const peer = this.#open.get(label);
      if (peer === undefined) throw new Error(`the data channel ${label} is not open`);
      try {
        this.#options.pump.sendData(peer, label, message);
        return;
      } catch (error) {
        if (!isFull(error)) throw error;
        await sleep(ROOM_AFTER_MS);
      }
    }
  }
}

const templateOf = (
  bytes: number,
  reliable: boolean,
  key: FrameKeyHandle | null,
): Pick<DataFlowOptions, 'template' | 'stampOffset' | 'encryption'> => {
  if (key === null) {
    const { bytes: template, stampOffset } = dataTemplate(bytes, DATA_STAMP_BYTES, reliable);
    return { template, stampOffset };
  }
  const message = encryptedDataTemplate(bytes, DATA_STAMP_BYTES, reliable);
  const { bytes: template, stampOffset, envelope } = message;
  return { template, stampOffset, encryption: { ...key, envelope } };
};
