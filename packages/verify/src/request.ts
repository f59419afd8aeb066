import type { RoomAccess } from '@livekit-swarm/exporter';
import type { LoadGuard, TokenEndpoint } from '@livekit-swarm/livekit';

/** A deployment, and what is known of it. */
export interface VerifyRequest {
  access: RoomAccess;
  /** The permission to probe the deployment. */
  guard: LoadGuard;
  /** Nodes by the names of the user. */
  nodes: readonly { name: string; nodeId: string }[];
  /** The Redis that the nodes share. */
  redisUrl: string | null;
  /** Addresses that nodes may announce, as prefixes; empty: those that fit the address of signalling. */
  allowedAddresses: readonly string[];
  /** Ports that must not answer users; null: the well-known ones, where the deployment has a public address. */
  adminPorts: readonly number[] | null;
  /** Where the application gives out tokens. */
  tokenEndpoint: TokenEndpoint | null;
  /** Where a receiver of webhooks listens for as long as it takes; null: they are not checked. */
  webhookPort: number | null;
  /** Name of an agent that gets a job; null: none does. */
  agent: string | null;
  /** A token that the application gave to a participant. */
  token: string | null;
  /** TURN servers that the application gives to its users, in addition to those of the deployment; null: none is known. */
  turn: { urls: readonly string[]; username: string; credential: string } | null;
  /** How many participants a room must take; null: two. */
  participants: number | null;
  /** How long a signal connection is held open; null: not at all. */
  idleMs: number | null;
  /** A shell command that reloads the proxy; null: it is not reloaded. */
  reloadCommand: string | null;
  /** Of the media on each path, ms. */
  mediaMs: number;
  signal: AbortSignal;
  /** Called before each check. */
  onCheck(id: string): void;
  /** Called when rooms are not deleted at the end. */
  onRoomsLeft(count: number): void;
}
