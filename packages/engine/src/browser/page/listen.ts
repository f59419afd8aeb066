/** Voice agents of a room, as a caller in it hears and sees them. */
import { ParticipantKind, type RemoteTrack, type Room, RoomEvent, Track } from 'livekit-client';
import type { VoiceEvent } from '../../client/client.ts';
import { agentsAmong } from '../../voice/room-agents.ts';
import { VoiceDetector } from '../../voice/voice-detector.ts';
import { readPieces } from './audio-pieces.ts';

/** Events after which the agents of a room, or what is known of them, may be others. */
const CHANGES = [
  RoomEvent.ParticipantConnected,
  RoomEvent.ParticipantDisconnected,
  RoomEvent.TrackPublished,
  RoomEvent.TrackUnpublished,
  RoomEvent.ParticipantAttributesChanged,
  RoomEvent.Reconnected,
] as const;

/** Report the agents of a room and their voice. Call `joined` when the room is connected. */
export const listenToAgents = (
  room: Room,
  emit: (event: VoiceEvent) => void,
): { joined(): void } => {
  const report = (): void => {
    const names = { agent: ParticipantKind.AGENT, audio: Track.Kind.Audio };
    emit({ type: 'agents', agents: agentsAmong(room.remoteParticipants.values(), names) });
  };
  for (const change of CHANGES) room.on(change, report);
  const stops = new Map<RemoteTrack, () => void>();
  room.on(RoomEvent.TrackSubscribed, (track, _, participant) => {
    if (track.kind === Track.Kind.Audio && participant.kind === ParticipantKind.AGENT)
      stops.set(track, hear(track, emit));
  });
  room.on(RoomEvent.TrackUnsubscribed, (track) => {
    stops.get(track)?.();
    stops.delete(track);
  });
  return { joined: report };
};

/** Report the voice in a track. @returns function that ends it */
const hear = (
  { sid: track = '', mediaStreamTrack }: RemoteTrack,
  emit: (event: VoiceEvent) => void,
): (() => void) => {
  const voices = new VoiceDetector(
    (at) => emit({ type: 'voice_began', track, at }),
    (voice) => emit({ type: 'voice_ended', track, voice }),
  );
  return readPieces(
    mediaStreamTrack,
    (isVoiced, at) => voices.take(isVoiced, at),
    () => voices.end(),
  );
};
