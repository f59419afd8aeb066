import type { DrillFailing } from '@livekit-swarm/record';

/** What a drill is to be, once its file is read: everything is filled in, durations are in milliseconds. Plain JSON. */

export interface Drill {
  /** Short, in reports and metrics: `kill-room-node`. */
  name: string;
  description: string | null;
  tags: Record<string, string>;
  /** The same seed gives the same schedule, and the same choice where a role leaves one. */
  seed: number;
  /** The lab that is raised for it when no other deployment is given. */
  lab: DrillLab;
  crowd: DrillCrowd;
  /** Before anything is injected. */
  steady: { withinMs: number; forMs: number };
  /** In the order in which they begin; none for a drill that shows that nothing is noticed when nothing happens. */
  faults: DrillFault[];
  /** How long it is watched after the last fault was healed. */
  recoveryMs: number;
  /** New people that come while it goes on, to see whether they can, and whom they find. Null: nobody. */
  newcomers: DrillNewcomers | null;
  objectives: Objectives;
  /** As text that core's `parseThreshold` reads; windows `baseline`, `fault`, `recovery`. */
  thresholds: string[];
  repeats: number;
  /** Ends the drill, and heals, when more than this share of the control rooms' listeners hear nothing for this long. Null: never. */
  abort: { controlDeaf: number; forMs: number } | null;
  /** What may be hit at most. */
  blastRadius: { maxMembers: number; maxShare: number };
  /** Deployments, by the name they are marked with, that it may be done to without being told on the command line. */
  allowed: string[];
  /** What the server is known to do. Null: it should pass. */
  known: KnownOutcome | null;
}

/** What a version of the server is known to do in a drill, so that one that does better, or otherwise, is noticed. */
export interface KnownOutcome {
  /** `1.13.4`. */
  server: string;
  /** What it fails in every time; not in both lists. */
  fails: FailedProbe[];
  /** What it fails in one time and not in another: neither is news. */
  sometimes: FailedProbe[];
  because: string;
}

export interface DrillLab {
  nodes: number;
  /** With append-only file: it comes back with what it knew. */
  persistentRedis: boolean;
  /** Merged into the nodes' configuration. */
  config: Record<string, unknown>;
  /** Prometheus with the product's rules: alerts become part of the report. */
  alerts: boolean;
}

/** Rooms that are alike. Those that no fault hits are its control rooms. */
export interface DrillCrowd {
  rooms: number;
  /** Per room; everybody speaks, and hears the others. */
  participants: number;
  publish: ('audio' | 'video')[];
  joinRate: number;
  /** What participants do when their connection is lost: nothing, what the SDKs do, or that and join anew when the SDK gave up. */
  recovery: 'none' | 'sdk' | 'app';
}

export interface DrillNewcomers {
  everyMs: number;
  stayMs: number;
  /** Of the two that meet in a new room the second comes so much later. Default: 500. 0: both at once, which livekit-server may put into two copies of the room. */
  apartMs?: number;
}

/**
 * - room-node: the node that holds the first room (by name)
 * - other-node: a node that holds no room's first …: any other node than that, the one with the fewest rooms
 * - signal-node: the node that the first participant's signal connection goes to
 * - redis, balancer, turn
 * - nodes: a share of all nodes, at least one, chosen with the seed
 * - member: by name
 * - none: for faults that are done to nobody
 */
export type Aim =
  | { role: 'room-node' | 'other-node' | 'signal-node' | 'redis' | 'balancer' | 'turn' | 'none' }
  | { role: 'nodes'; share: number }
  | { role: 'member'; name: string };

export interface DrillFault {
  /** Of the registry in faults/. */
  fault: string;
  aim: Aim;
  /** After the steady state was reached. */
  atMs: number;
  /** Until it is healed. Null: at once for what happens and heals itself, else at the end of the drill. */
  durationMs: number | null;
  /** As the fault's own schema read them. */
  params: unknown;
}

/** What must be true at the end; null: not asked. Times in ms after the fault was injected. */
export interface Objectives {
  rtoP50Ms: number | null;
  rtoP95Ms: number | null;
  rtoMaxMs: number | null;
  /** Ordered pairs that never heard each other again. */
  neverRecovered: number | null;
  /** Rooms in which nobody hears anybody at the end, or that have fallen apart. */
  roomsLost: number | null;
  splitBrain: number | null;
  /** Longest silence in a control room. */
  controlGapMs: number | null;
  /** Share of newcomers who got in. */
  newcomersIn: number | null;
  /** Newcomers who saw fewer than were there, after recovery. */
  newcomersBlind: number | null;
  ghosts: number | null;
  /** Participants that were told they had been disconnected for good. */
  disconnected: number | null;
  /** By the name of an alert: how long after the first fault it must fire at the latest. Empty: not asked. */
  alertsWithinMs: Readonly<Record<string, number>>;
}

/** Ways to fail, by the objective that is missed: what `known` speaks of. */
export type FailedProbe = DrillFailing;
