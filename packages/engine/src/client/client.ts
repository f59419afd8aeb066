import type { E2eeSecret } from '@livekit-swarm/livekit';
import type { ParticipantPlan, TrackPlan } from '@livekit-swarm/scenario';
import type { Admission } from '../engine.ts';
import type { TrackFacts } from './read-stats.ts';
import type { Stat } from './stat.ts';

/** A client answers within this time unless it is stuck, ms. */
export const ANSWER_MS = 2_000;
/** It has this long to answer that it joined, beyond the time that its library has for an attempt, ms. */
export const SPARE_MS = 5_000;

/** How one attempt to join ended. */
export type ClientJoined =
  | {
      ok: true;
      /** Milliseconds since the attempt began; null: the client does not say. */
      signalMs: number | null;
      iceMs: number | null;
      dtlsMs: number | null;
      node: string;
      serverVersion: string;
      /** Own tracks that the server rejected. */
      rejected: { kind: TrackPlan['kind']; message: string }[];
    }
  | { ok: false; reason: string; message: string };

/** What happens to a client that has joined. */
export type ClientEvent =
  | { type: 'first_media' }
  /** Something could not be encrypted or decrypted. */
  | { type: 'encryption_error'; message: string }
  | { type: 'signal_lost' }
  | { type: 'resumed' | 'reconnected'; durationMs: number; node: string }
  /** Final. */
  | { type: 'disconnected'; reason: string; message: string };

export interface ClientReading {
  /** Highest lateness of its timers since the last reading, ms. */
  lagMs: number;
  /** Identities of other participants. */
  others: string[];
  tracks: TrackFacts[];
  /** W3C webrtc-stats of each PeerConnection; of a closed one the list is empty. */
  peers: Stat[][];
}

/** A LiveKit client of another program, on behalf of one participant. */
export interface Client {
  /** One attempt. Never rejects. */
  join(admission: Admission): Promise<ClientJoined>;
  /** From now on with this key, in both directions. Absent: it cannot change it. @throws when the client does not answer */
  changeKey?(secret: E2eeSecret): Promise<void>;
  /** @throws when the client does not answer */
  read(): Promise<ClientReading>;
  /** Leaves the room and frees all resources of the client. Never rejects, and takes a bounded time. */
  leave(): Promise<void>;
  /** What it shows, and what it logged, for a failure: file names and their contents. */
  evidence(): Promise<Record<string, string | Uint8Array>>;
}

/** The program that the clients run in. */
export interface ClientHost {
  /** @throws Error when the program cannot be started */
  open(plan: ParticipantPlan, onEvent: (event: ClientEvent) => void): Promise<Client>;
  close(): Promise<void>;
}
