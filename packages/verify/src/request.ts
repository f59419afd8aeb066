import type { LoadGuard, TokenEndpoint } from '@livekit-swarm/livekit';
import type { RoomAccess } from '@livekit-swarm/probe';

/** Request to verify a deployment, with what the user knows of it. */
export interface VerifyRequest {
  access: RoomAccess;
  /** Permission to probe the deployment. */
  guard: LoadGuard;
  /** Nodes by the names that the user gave. */
  nodes: readonly { name: string; nodeId: string }[];
  /** URL of the Redis that the nodes share; null: not given. */
  redisUrl: string | null;
  /**
   * Prefixes of addresses that nodes may announce; empty: candidates are compared with the address
   * of signalling.
   */
  allowedAddresses: readonly string[];
  /**
   * Ports that must not answer users; null: the well-known ones, if the deployment has a public
   * address.
   */
  adminPorts: readonly number[] | null;
  /** Other hosts of the deployment, on which no port of administration may answer users. */
  otherHosts: readonly string[];
  /** Logs that must have no token. */
  logFiles: readonly string[];
  /** Token endpoint of the application; null: not given. */
  tokenEndpoint: TokenEndpoint | null;
  /**
   * Port at which a receiver of webhooks listens during the check; null: webhooks are not checked.
   */
  webhookPort: number | null;
  /** Name of an agent that gets a job; null: no agent does. */
  agent: string | null;
  /** Token that the application gave to a participant; null: not given. */
  token: string | null;
  /**
   * TURN servers that the application gives to its users in addition to those of the deployment;
   * null: not given.
   */
  turn: { urls: readonly string[]; username: string; credential: string } | null;
  /** Number of participants that a room must accept; null: two. */
  participants: number | null;
  /** Time for which a signal connection is held open, ms; null: it is not checked. */
  idleMs: number | null;
  /**
   * Time until which certificates must be valid, Unix time, ms: the end of an event. Null: two weeks
   * from now, and a shorter validity is a warning.
   */
  validUntilMs: number | null;
  /** Shell command that reloads the proxy; null: it is not reloaded. */
  reloadCommand: string | null;
  /** Duration of the media on each path, ms. */
  mediaMs: number;
  signal: AbortSignal;
  /** Called before each check. */
  onCheck(id: string): void;
  /** Called if rooms could not be deleted at the end. */
  onRoomsLeft(count: number): void;
}
