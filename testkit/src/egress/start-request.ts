/** Requests of a livekit-server to its egress workers (`rpc.StartEgressRequest`, public egress.proto). */
import { type MessageType, proto3, ScalarType } from '@bufbuild/protobuf';
import {
  ParticipantEgressRequest,
  RoomCompositeEgressRequest,
  TrackCompositeEgressRequest,
  TrackEgressRequest,
} from '@livekit/protocol';

const member = (no: number, name: string, T: MessageType) =>
  ({ no, name, kind: 'message', T, oneof: 'request' }) as const;

const StartEgressRequest = proto3.makeMessageType('rpc.StartEgressRequest', [
  { no: 1, name: 'egress_id', kind: 'scalar', T: ScalarType.STRING },
  { no: 3, name: 'room_id', kind: 'scalar', T: ScalarType.STRING },
  member(5, 'room_composite', RoomCompositeEgressRequest),
  member(6, 'track_composite', TrackCompositeEgressRequest),
  member(7, 'track', TrackEgressRequest),
  member(13, 'participant', ParticipantEgressRequest),
]);

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

export const readStartRequest = (bytes: Uint8Array): StartRequest =>
  StartEgressRequest.fromBinary(bytes) as unknown as StartRequest;

/** Path of the file that is asked for; null: another kind of output. */
export const pathOf = ({ case: kind, value }: EgressSource): string | null => {
  if (kind === 'track') return value.output.case === 'file' ? value.output.value.filepath : null;
  return value.fileOutputs[0]?.filepath ?? null;
};
