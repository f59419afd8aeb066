/** Facts that `swarm regions` collects in its lab; names of regions and nodes are those of its file. */

export interface RegionNodeFact {
  /** `eu-1`. */
  name: string;
  /** Region in which it stands. */
  site: string;
  /** Region in its configuration. */
  region: string;
  address: string;
  /** Id, as participants report it; null: it was not read. */
  id: string | null;
}

/** A user in a room. */
export interface JoinFact {
  room: string;
  /** Region of the user who opened the room. */
  opener: string;
  /** Region of this user. */
  user: string;
  identity: string;
  /** Region to which the token endpoint sent the user; null: it was not asked. */
  entry: string | null;
  /** Name of the node of the room; null: the user did not join, or the node is unknown. */
  node: string | null;
  joinMs: number | null;
  /** True when the user received media of the other one. */
  hears: boolean;
  /** Reason for which the user did not join; null: it did. */
  failure: string | null;
}

/** Media from one user to another. */
export interface LatencyFact {
  publisher: string;
  subscriber: string;
  /** Region in which the node of the room stands. */
  site: string;
  p50Ms: number | null;
  p95Ms: number | null;
  lost: number;
  packets: number;
}

/** Addresses that the node of a room announced. */
export interface AnnouncedFact {
  opener: string;
  room: string;
  /** Name of the node; null: unknown. */
  node: string | null;
  candidates: readonly { protocol: 'udp' | 'tcp'; address: string; port: number }[];
  /** URLs of relays. */
  relays: readonly string[];
  /** Reason for which nothing was announced; null: something was. */
  failure: string | null;
}

/** UDP packets from users of a region to an address, while only rooms of their own were open. */
export interface TrafficFact {
  user: string;
  address: string;
  packets: number;
}

export interface LossFact {
  /** Region whose servers were lost. */
  region: string;
  /** Time until the token endpoint sent no user there any more, ms; null: it never noticed. */
  movedAfterMs: number | null;
  users: readonly UserAfterLoss[];
  /** Time for which the loss was watched, ms. */
  watchedMs: number;
}

export interface UserAfterLoss {
  user: string;
  identity: string;
  /** Region of the node before the loss. */
  before: string | null;
  /** True when the connection of the user broke. */
  isAffected: boolean;
  /** Time from the loss until the user was connected again, ms; null: never. */
  backAfterMs: number | null;
  /** Region of the node afterwards. */
  after: string | null;
  /** True when media of the other user of the room arrived at the end. */
  hears: boolean;
}

export interface RegionFacts {
  serverVersion: string | null;
  nodes: readonly RegionNodeFact[];
  joins: readonly JoinFact[];
  latencies: readonly LatencyFact[];
  announced: readonly AnnouncedFact[];
  traffic: readonly TrafficFact[];
  /** Null: no region was lost. */
  loss: LossFact | null;
  /** Codes of health findings of this host, while latencies were measured. */
  impaired: readonly string[];
}
