import type { Clock, RemoteTrack } from '@livekit-swarm/livekit';

/** Time of voice, Unix ms. */
export interface Voice {
  from: number;
  to: number;
}

/** Participant that speaks utterances, and listens to others: a caller, or a reference agent. */
export interface VoicePart {
  /** True if the audio of a remote track is listened to. */
  listensTo(track: RemoteTrack): boolean;
  /** Start, or continue after the connection was lost. */
  connected(): void;
  /** Note that the connection was lost, or has ended. */
  lost(): void;
  /** Note that other participants joined or left. */
  roomChanged(): void;
  /** Note the first voice of a participant that is listened to. */
  voiceBegan(at: number): void;
  /** Note that voice has paused; reported `VOICE_PAUSE_MS` after its end. */
  voiceEnded(voice: Voice): void;
  /** Note that an utterance of the participant was sent. */
  spoken(voice: Voice): void;
}

/** Means of a participant to speak. */
export interface Mouth {
  clock: Clock;
  /** Play an utterance once. @returns false if there is no sender at present */
  speak(utterance: number): boolean;
  /** End the utterance that plays. */
  stop(): void;
}
