/** Messages between the engine and a page, as JSON. */
import type { VoiceEvent } from '../client/client.ts';
import type { ClientLayout } from '../client/client-layout.ts';
import type { ExchangeSettings } from '../exchange/exchange-part.ts';

/** Request for one attempt to join. */
export interface PageJoin {
  url: string;
  token: string;
  singlePeerConnection: boolean;
  timeoutMs: number;
  /** False with the reconnect policy `none`. */
  reconnects: boolean;
  layout: ClientLayout;
  publish: PageTrack[];
  /** Key of end-to-end encryption; null: no encryption. */
  e2ee: PageKey | null;
  /** Part in calls between participants; null: none. */
  exchange: ExchangeSettings | null;
  /** Audio of a caller; null: the participant takes part in no conversation. */
  conversation: PageConversation | null;
  /** True if some track of the room carries frame metadata. */
  readsFrameMetadata: boolean;
}

export interface PageConversation {
  /** Samples of each utterance: 16 bits, little-endian, in base64. */
  utterances: string[];
  /** Hz. */
  sampleRate: number;
}

export interface PageKey {
  /** Key material, base64. */
  material: string;
  derivation: 'pbkdf2' | 'hkdf';
  keyIndex: number;
  /** Program of livekit-client's encryption worker. */
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
      /** Scalability mode of VP9 and AV1; null for other codecs. */
      scalabilityMode: 'L1T1' | 'L3T3_KEY' | null;
      frameMetadata: boolean;
      /** True for a picture with enough detail that the encoder uses all of its bit rate. */
      detailed: boolean;
    };

export type PageJoined =
  | {
      ok: true;
      /**
       * Time from the start of the attempt until the signal connection is open, ms; `iceMs` and
       * `dtlsMs` count from the same start.
       */
      signalMs: number;
      iceMs: number;
      dtlsMs: number;
      node: string;
      serverVersion: string;
      /** Own tracks that the server rejected. */
      rejected: { kind: 'audio' | 'video'; message: string }[];
    }
  | { ok: false; reason: string; message: string };

/** Argument of `globalThis.swarmEvent`, which the page calls. */
export type PageEvent =
  | VoiceEvent
  | { type: 'first_media' }
  | { type: 'encryption_error'; message: string }
  | { type: 'signal_lost' }
  | { type: 'resumed' | 'reconnected'; durationMs: number; node: string }
  | { type: 'disconnected'; reason: string };
