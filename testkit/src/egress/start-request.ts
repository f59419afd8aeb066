/** Requests of a livekit-server to its egress workers (`rpc.StartEgressRequest`, public egress.proto). */
import { type Message, type MessageType, proto3, ScalarType } from '@bufbuild/protobuf';
import {
  ParticipantEgressRequest,
  RoomCompositeEgressRequest,
  TrackCompositeEgressRequest,
  TrackEgressRequest,
} from '@livekit/protocol';
import { one, part } from '../message-fields.ts';

const member = (no: number, name: string, T: MessageType) =>
  ({ ...part(no, name, T), oneof: 'request' }) as const;

/** Source of a recording, in the form of `EgressInfo.request`. */
export type EgressSource =
  | { case: 'roomComposite'; value: RoomCompositeEgressRequest }
  | { case: 'trackComposite'; value: TrackCompositeEgressRequest }
  | { case: 'track'; value: TrackEgressRequest }
  | { case: 'participant'; value: ParticipantEgressRequest };

export interface StartRequest {
  egressId: string;
  roomId: string;
  /** undefined: a kind that the stand-in does not know. */
  request: EgressSource | { case: undefined };
}

interface TypedStartRequest extends Message<TypedStartRequest>, StartRequest {}

const StartEgressRequest = proto3.makeMessageType<TypedStartRequest>('rpc.StartEgressRequest', [
  one(1, 'egress_id', ScalarType.STRING),
  one(3, 'room_id', ScalarType.STRING),
  member(5, 'room_composite', RoomCompositeEgressRequest),
  member(6, 'track_composite', TrackCompositeEgressRequest),
  member(7, 'track', TrackEgressRequest),
  member(13, 'participant', ParticipantEgressRequest),
]);

export const readStartRequest = (bytes: Uint8Array): StartRequest =>
  StartEgressRequest.fromBinary(bytes);

/** Path of the file that is asked for; null: another kind of output. */
export const pathOf = ({ case: kind, value }: EgressSource): string | null => {
  if (kind === 'track') return value.output.case === 'file' ? value.output.value.filepath : null;
  return value.fileOutputs[0]?.filepath ?? null;
};
