import { type Clock, DataTracks, MembershipEnded, type RoomView } from '@livekit-swarm/livekit';
import type { ParticipantPlan } from '@livekit-swarm/scenario';
import { messageOf } from '@livekit-swarm/settings/errors';
import { type DataTrackPart, dataTrackPartOf } from '../../exchange/data-track-part.ts';
import type { ExchangeMeter } from '../../exchange/exchange-meter.ts';
import type { ExchangeSettings } from '../../exchange/exchange-part.ts';
import type { DataFlows } from '../streams/data-flows.ts';

export interface FrameExchangeOptions {
  plan: Pick<ParticipantPlan, 'group' | 'role'>;
  settings: ExchangeSettings;
  clock: Pick<Clock, 'after'>;
  room: Pick<RoomView, 'others'>;
  channel: Pick<DataFlows, 'sendFrame'>;
  meter: Pick<ExchangeMeter, 'framesOf'>;
  /** Called for a data track that cannot be published. */
  onRefused(message: string): void;
}

/** Part of a native participant in data tracks. */
export interface FrameExchange {
  part: DataTrackPart;
  tracks: DataTracks;
}

/** Part of a native participant in data tracks; null: none. */
export const frameExchangeOf = (options: FrameExchangeOptions): FrameExchange | null => {
  const { plan, settings, clock, room, channel, meter, onRefused } = options;
  const tracks = new DataTracks({
    clock,
    receiverOf: (name, publisher) => part?.announced(name, publisher) ?? null,
  });
  const publish = async (name: string) => {
    try {
      const track = await tracks.publish(name);
      return {
        isPublished: () => track.isPublished(),
        push: (payload: Uint8Array) => channel.sendFrame(track.packets(payload)),
      };
    } catch (error) {
      if (!(error instanceof MembershipEnded)) onRefused(messageOf(error));
      throw error;
    }
  };
  const part = dataTrackPartOf(settings, { others: () => room.others, publish }, () =>
    meter.framesOf(plan),
  );
  return part === null ? null : { part, tracks };
};
