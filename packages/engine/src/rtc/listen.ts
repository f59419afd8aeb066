/** Voice agents of a room, as a caller in it hears and sees them. */
import {
  AudioStream,
  ParticipantKind,
  type RemoteTrack,
  type Room,
  RoomEvent,
  TrackKind,
} from '@livekit/rtc-node';
import type { VoiceEvent } from '../client/client.ts';
import { agentsAmong } from '../voice/room-agents.ts';
import { isVoice, VoiceDetector } from '../voice/voice-detector.ts';

/** Enough for a level, as in the native engine: no voice has its energy above 4 kHz alone. */
const SAMPLE_RATE = 8_000;
const PIECE_MS = 10;
const FULL_SCALE = 32_768;

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
  now: () => number,
  emit: (event: VoiceEvent) => void,
): { joined(): void } => {
  const report = (): void => {
    const names = { agent: ParticipantKind.AGENT, audio: TrackKind.KIND_AUDIO };
    emit({ type: 'agents', agents: agentsAmong(room.remoteParticipants.values(), names) });
  };
  for (const change of CHANGES) room.on(change, report);
  room.on(RoomEvent.TrackSubscribed, (track, _, participant) => {
    if (track.kind === TrackKind.KIND_AUDIO && participant.kind === ParticipantKind.AGENT)
      // A track may end before it is read; what was heard of it is over then.
      hear(track, now, emit).catch(() => {});
  });
  return { joined: report };
};

/** Report the voice in a track until it ends. */
const hear = async (
  track: RemoteTrack,
  now: () => number,
  emit: (event: VoiceEvent) => void,
): Promise<void> => {
  const name = track.sid ?? '';
  const voices = new VoiceDetector(
    (at) => emit({ type: 'voice_began', track: name, at }),
    (voice) => emit({ type: 'voice_ended', track: name, voice }),
  );
  const options = { sampleRate: SAMPLE_RATE, numChannels: 1, frameSizeMs: PIECE_MS };
  try {
    for await (const { data } of new AudioStream(track, options))
      voices.take(isVoice(data, FULL_SCALE), now());
  } finally {
    voices.end();
  }
};
