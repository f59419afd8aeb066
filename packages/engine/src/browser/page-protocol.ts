/** Messages between the engine and a page, as JSON. */
import type { ClientLayout } from '../client/client-layout.ts';

/** One attempt to join. */
export interface PageJoin {
  url: string;
  token: string;
  singlePeerConnection: boolean;
  timeoutMs: number;
  /** `none`: never reconnects. */
  reconnects: boolean;
  layout: ClientLayout;
  publish: PageTrack[];
  /** Null: without end-to-end encryption. */
  e2ee: PageKey | null;
  /** Some track of the room carries frame metadata. */
  readsFrameMetadata: boolean;
}

export interface PageKey {
  /** Base64. */
  material: string;
  derivation: 'pbkdf2' | 'hkdf';
  keyIndex: number;
  /** The program of livekit-client's worker. */
  worker: string;
}

export type PageTrack =
  | { kind: 'audio' }
  | {
      kind: 'video';
      source: 'camera' | 'screen';
      codec: 'vp8' | 'h264' | 'vp9' | 'av1';
      width: number;
      height: number;
      bitrate: number;
      framesPerSecond: number;
      simulcast: boolean;
      /** Of VP9 and AV1; null for other codecs. */
      scalabilityMode: 'L1T1' | 'L3T3_KEY' | null;
      frameMetadata: boolean;
      /** With enough detail that an encoder uses all the bandwidth that it may. */
      detailed: boolean;
    };

export type PageJoined =
  | {
      ok: true;
      /** Milliseconds since the attempt began. */
      signalMs: number;
      iceMs: number;
      dtlsMs: number;
      node: string;
      serverVersion: string;
      /** Own tracks that the server rejected. */
      rejected: { kind: 'audio' | 'video'; message: string }[];
    }
  | { ok: false; reason: string; message: string };

/** Calls `globalThis.swarmEvent` with one of these. */
export type PageEvent =
  | { type: 'first_media' }
  | { type: 'encryption_error'; message: string }
  | { type: 'signal_lost' }
  | { type: 'resumed' | 'reconnected'; durationMs: number; node: string }
  | { type: 'disconnected'; reason: string };
