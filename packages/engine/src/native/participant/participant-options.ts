import type { Deployment, TokenEndpoint } from '@livekit-swarm/livekit';
import type { ParticipantPlan, TrackPlan } from '@livekit-swarm/scenario';
import type { Pump } from '@livekit-swarm/webrtc';
import type { EngineOptions } from '../../engine.ts';
import type { ExchangeMeter } from '../../exchange/exchange-meter.ts';
import type { PublishedTrack } from '../media/clips.ts';
import type { ParticipantKeys } from '../media/participant-keys.ts';
import type { Route } from '../network/route.ts';
import type { TurnAddress } from '../network/turn-servers.ts';
import type { RemotePublishers } from '../streams/remote-publishers.ts';
import type { Sampler } from '../streams/sampler.ts';
import type { StreamRegistry } from '../streams/stream-registry.ts';
import type { EffectTracker } from './effect-tracker.ts';
import type { Neighbour } from './neighbours.ts';
import type { Speakers } from './speakers.ts';

/** Deployment, and the way to it, which all participants at a URL share. */
export interface Target {
  deployment: Deployment;
  route: Route;
}

/** Parts of the engine that all its participants share. */
export interface EngineParts {
  engine: EngineOptions;
  pump: Pump;
  registry: StreamRegistry;
  sampler: Sampler;
  effects: EffectTracker;
  speakers: Speakers;
  exchanges: ExchangeMeter;
  publishers: RemotePublishers;
  turn: TurnAddress | null;
  target(url: string): Target;
  /** Take the reason for which a participant cannot publish its data track. */
  onTrackRefused(plan: Pick<ParticipantPlan, 'identity'>, message: string): void;
}

export interface ParticipantOptions extends EngineParts, Target {
  plan: ParticipantPlan;
  token: string;
  /** Scheduled time of the join, Unix ms. */
  scheduledAt: number;
  /** Endpoint for the participant's deployment and token; null: both are given here. */
  endpoint: TokenEndpoint | null;
  /** All tracks of the participant; actions add more during its stay. */
  tracks: PublishedTrack[];
  load(track: TrackPlan, cid: string): PublishedTrack;
  /** Other connected participants of its room on this engine. */
  neighbours(): Neighbour[];
  /**
   * Let the room's participants on this engine expect no more media of this one, although the
   * server has not noticed its end.
   */
  onDisappeared(): void;
  keys: ParticipantKeys;
  nextFlow(): number;
  /** Direct the events of an opened peer to this participant. */
  onPeerOpened(peer: number): void;
  onPeerClosed(peer: number): void;
}
