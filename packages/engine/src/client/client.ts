import type { E2eeSecret } from '@livekit-swarm/livekit';
import type { ParticipantPlan, TrackPlan } from '@livekit-swarm/scenario';
import type { Admission } from '../engine.ts';
import type { FrameResult, RpcResult, StreamResult } from '../exchange/exchange-result.ts';
import type { AgentFacts } from '../voice/room-agents.ts';
import type { Voice } from '../voice/voice-part.ts';
import type { TrackFacts } from './read-stats.ts';
import type { Stat } from './stat.ts';

/** Time within which a client answers unless it is stuck, ms. */
export const ANSWER_MS = 2_000;
/** Time for the answer to a join, beyond the library's own limit for an attempt, ms. */
export const SPARE_MS = 5_000;

/** Result of one attempt to join. */
export type ClientJoined =
  | {
      ok: true;
      /** Times since the start of the attempt, ms; null: the client does not report them. */
      signalMs: number | null;
      iceMs: number | null;
      dtlsMs: number | null;
      node: string;
      serverVersion: string;
      /** Own tracks that the server rejected. */
      rejected: { kind: TrackPlan['kind']; message: string }[];
    }
  | { ok: false; reason: string; message: string };

/** Event of a client that takes part in a conversation. Times are Unix ms. */
export type VoiceEvent =
  | { type: 'agents'; agents: AgentFacts[] }
  /** First voice in a track of an agent. */
  | { type: 'voice_began'; track: string; at: number }
  /** Voice in a track of an agent has paused. */
  | { type: 'voice_ended'; track: string; voice: Voice }
  /** An utterance of the client was played. */
  | { type: 'spoken'; voice: Voice };

/** Event of a client that has joined. */
export type ClientEvent =
  | VoiceEvent
  | { type: 'first_media' }
  /** A frame or a message could not be encrypted or decrypted. */
  | { type: 'encryption_error'; message: string }
  | { type: 'signal_lost' }
  | { type: 'resumed' | 'reconnected'; durationMs: number; node: string }
  /** End of the session: the client does not reconnect. */
  | { type: 'disconnected'; reason: string; message: string };

export interface ClientReading {
  /** Highest lateness of the client's timers since the last reading, ms. */
  lagMs: number;
  /** Identities of the other participants of the room. */
  others: string[];
  tracks: TrackFacts[];
  /** Calls that ended since the last reading; absent: none. */
  calls?: RpcResult[];
  /** Streams that ended since the last reading; absent: none. */
  streams?: StreamResult[];
  /** Frames on data tracks since the last reading; absent: none. */
  frames?: FrameResult;
  /** W3C webrtc-stats of each PeerConnection; an empty list for a closed one. */
  peers: Stat[][];
}

/** LiveKit client in another program, on behalf of one participant. */
export interface Client {
  /** Attempt to join once. Never rejects. */
  join(admission: Admission): Promise<ClientJoined>;
  /**
   * Use this key from now on, in both directions. Absent: the client cannot change its key.
   * @throws Error if the client does not answer
   */
  changeKey?(secret: E2eeSecret): Promise<void>;
  /**
   * Begin to play an utterance once; the event `spoken` follows at its end.
   * @throws Error if the client does not answer, or has no audio track
   */
  speak(utterance: number): Promise<void>;
  /** @throws Error if the client does not answer */
  read(): Promise<ClientReading>;
  /**
   * Leave the room and free all resources of the client. Never rejects, and takes a bounded time.
   */
  leave(): Promise<void>;
  /** Files that help to explain a failure (picture, log): contents by name. */
  evidence(): Promise<Record<string, string | Uint8Array>>;
}

/** Program that the clients run in. */
export interface ClientHost {
  /** @throws Error if the program cannot be started */
  open(plan: ParticipantPlan, onEvent: (event: ClientEvent) => void): Promise<Client>;
  close(): Promise<void>;
}
