import {
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
  pump: Pick<Pump, 'createDataChannel' | 'startDataFlow'>;
  data: readonly DataTraffic[];
  keys: Pick<ParticipantKeys, 'current'>;
  /** Number of a new data flow, unique in the run. */
  nextFlow(): number;
}

/** Data channels of one participant, and the data that it sends on them. */
export class DataFlows implements DataChannels {
  readonly #options: DataFlowsOptions;
  readonly #opened = new Set<string>();

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
    const { pump, data, keys, nextFlow } = this.#options;
    for (const { messagesPerSecond, bytes, reliable } of data) {
      if (label !== (reliable ? '_reliable' : '_lossy')) continue;
      pump.startDataFlow({
        peer,
        label,
        ...templateOf(bytes, reliable, keys.current),
        intervalMs: 1_000 / messagesPerSecond,
        flow: nextFlow(),
      });
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
