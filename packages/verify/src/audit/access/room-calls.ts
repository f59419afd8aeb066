import type { ApiCall } from './call-api.ts';

const of = (method: string, message: object): ApiCall => ({
  ...{ service: 'RoomService', method, message },
});

/**
 * Calls that the administrator of a room may make, for a participant of it. The last one removes
 * the participant.
 */
export const roomCalls = (room: string, identity: string): readonly ApiCall[] => [
  of('ListParticipants', { room }),
  of('GetParticipant', { room, identity }),
  of('SendData', { room, data: Buffer.from('audit').toString('base64'), kind: 'RELIABLE' }),
  of('UpdateParticipant', { room, identity, metadata: 'audit' }),
  of('UpdateRoomMetadata', { room, metadata: 'audit' }),
  of('UpdateSubscriptions', { room, identity, trackSids: ['TR_audit'], subscribe: true }),
  of('MutePublishedTrack', { room, identity, trackSid: 'TR_audit', muted: true }),
  { service: 'AgentDispatchService', method: 'ListDispatch', message: { room } },
  of('RemoveParticipant', { room, identity }),
];
