import {
  type Clock,
  DATA_TRACK_CHANNEL,
  type DataTracks,
  hasLeft,
  type ParticipantInfo,
  type RoomView,
  RpcEndpoint,
  readDataPacket,
  StreamReceiver,
  streamPackets,
} from '@livekit-swarm/livekit';
import type { ParticipantPlan } from '@livekit-swarm/scenario';
import type { ExchangeMeter } from '../../exchange/exchange-meter.ts';
import { ExchangePart, type ExchangeSettings, echo } from '../../exchange/exchange-part.ts';
import { nodeHash } from '../../exchange/node-hash.ts';
import { STREAM_TOPIC } from '../../exchange/stream-marks.ts';
import type { DataFlows } from '../streams/data-flows.ts';
import { type FrameExchange, frameExchangeOf } from './frame-exchange.ts';

export interface DataExchangeOptions {
  plan: Pick<ParticipantPlan, 'group' | 'role'>;
  settings: ExchangeSettings;
  clock: Clock;
  room: Pick<RoomView, 'others'>;
  channel: Pick<DataFlows, 'sendReliably' | 'sendFrame'>;
  meter: Pick<ExchangeMeter, 'addCall' | 'addStream' | 'framesOf'>;
  /** Called for a data track that cannot be published. */
  onRefused(message: string): void;
}

/** Part of a native participant in calls, streams and data tracks between the participants of its room. */
export class DataExchange {
  readonly #endpoint: RpcEndpoint;
  readonly #streams: StreamReceiver;
  readonly #part: ExchangePart;
  /** Part in data tracks; null: none. */
  readonly #frames: FrameExchange | null;

  constructor(options: DataExchangeOptions) {
    const { plan, settings, clock, room, channel, meter } = options;
    const endpoint = new RpcEndpoint({
      clock,
      send: (packet) => channel.sendReliably(packet.toBinary()),
    });
    for (const method of settings.answers) endpoint.answer(method, echo);
    const part = new ExchangePart(
      settings,
      {
        others: () => room.others,
        call: (...call) => endpoint.call(...call),
        sendStream: async ({ content, ...stream }) => {
          for (const packet of streamPackets({ ...stream, content: Buffer.from(content) }))
            await channel.sendReliably(packet.toBinary());
        },
        newHash: nodeHash,
      },
      {
        onCall: (result) => meter.addCall(plan, result),
        onStream: (result) => meter.addStream(plan, result),
      },
    );
    this.#endpoint = endpoint;
    this.#streams = new StreamReceiver(({ kind, topic, attributes }) =>
      topic === STREAM_TOPIC ? part.receive(kind, attributes) : null,
    );
    this.#part = part;
    this.#frames = frameExchangeOf(options);
  }

  /** Data tracks, for the sessions of the participant; absent: none. */
  get dataTracks(): DataTracks | undefined {
    return this.#frames?.tracks;
  }

  connected(): void {
    this.#part.connected();
    this.#frames?.part.connected();
  }

  /** Note that the connection was lost: calls that wait keep their time limits. */
  lost(): void {
    this.#part.lost();
    this.#frames?.part.lost();
  }

  roomChanged(participants: readonly ParticipantInfo[]): void {
    for (const participant of participants)
      if (hasLeft(participant)) {
        this.#endpoint.left(participant.identity);
        this.#streams.left(participant.identity);
      }
    this.#part.roomChanged();
    this.#frames?.part.roomChanged();
  }

  /** Take a message; those that are not of LiveKit's protocol are ignored. */
  received(label: string, message: Uint8Array): void {
    if (label === DATA_TRACK_CHANNEL) {
      this.#frames?.tracks.received(message);
      return;
    }
    const packet = readDataPacket(message);
    if (packet === null) return;
    this.#endpoint.received(packet);
    this.#streams.received(packet);
  }

  /** End before the participant leaves; it still answers. */
  end(): void {
    this.#part.end();
    this.#frames?.part.end();
    this.#endpoint.close();
  }
}
