import { z } from 'zod';

const text = z.string();
const count = z.number();
const id = text.min(1);

/** Objectives of a drill. The codes are the same in drill files, results and metrics. */
export const DRILL_OBJECTIVES = [
  'time_to_recover',
  'not_recovered',
  'rooms_without_media',
  'split_brain',
  'control_group',
  'join_probes',
  'ghost_rooms',
  'disconnected',
  'invariants',
  'alerts',
  'rto',
  'rpo',
  'state_lost',
  'agent_silence',
  'conversations_lost',
  'thresholds',
] as const;

export type DrillObjective = (typeof DRILL_OBJECTIVES)[number];

/**
 * Verdicts on a drill and on each of its repeats. `void`: the steady state was not reached, or a
 * fault was not available. `inconclusive`: the load generator was impaired. A drill that met its
 * own abort condition has failed.
 */
export const DRILL_VERDICTS = ['passed', 'failed', 'inconclusive', 'void', 'interrupted'] as const;

export type DrillVerdict = (typeof DRILL_VERDICTS)[number];

/**
 * Media reception of a participant of a drill. Signalling comes first: media may continue while a
 * participant reconnects.
 */
export const MEDIA_RECEPTIONS = [
  'receiving_all',
  'receiving_some',
  'receiving_none',
  'reconnecting',
  'disconnected',
] as const;

export type MediaReception = (typeof MEDIA_RECEPTIONS)[number];

/** Media reception of a drill's load at a moment: numbers of participants and subscriptions. */
export interface DrillReception {
  participants: Record<MediaReception, number>;
  subscriptions: Record<'receiving' | 'interrupted', number>;
}

/** Target of a fault as in the drill file; resolved to components at the time of the injection. */
export const faultTarget = z
  .union([
    z.object({
      role: z.enum([
        'room-node',
        'other-node',
        'signal-node',
        'spare-node',
        'redis',
        'redis-replica',
        'sentinel',
        'load-balancer',
        'turn',
        'agent-worker',
        'egress',
        'none',
      ]),
    }),
    z.object({ role: z.literal('nodes'), share: z.number() }),
    z.object({ role: z.literal('agent-workers'), share: z.number() }),
    z.object({ role: z.literal('component'), name: text }),
    z.object({ role: z.literal('site'), name: text }),
  ])
  .meta({ id: 'FaultTarget', description: 'What a fault is injected into.' });

export type FaultTarget = z.infer<typeof faultTarget>;

const targetKind = z.enum([
  'node',
  'redis',
  'sentinel',
  'load-balancer',
  'turn',
  'agent-worker',
  'egress',
]);

/**
 * Components of a target for which it is unknown whether they belong to the participants'
 * deployment.
 */
const unprovenTarget = {
  kind: targetKind,
  components: z.array(text),
  why: z.enum([
    'node_id_unknown',
    'node_not_registered',
    'redis_unreadable',
    'address_unknown',
    'turn_not_reported',
    'egress_not_reported',
  ]),
};

/** Findings at a target that lacks the effect of its fault. */
export const EFFECT_FINDINGS = [
  'still_runs',
  'runs',
  'does_not_run',
  'table_missing',
  'rules_missing',
  'no_packet_matched',
  'impairment_ended',
  'cgroup_missing',
  'process_left_cgroup',
  'limit_changed',
  'chaos_object_missing',
  'chaos_object_not_injected',
  'reservation_missing',
  'still_primary',
  'backup_missing',
  'helper_missing',
  'helper_lost_effect',
  'certificate_changed',
  'name_changed',
] as const;

export type EffectFinding = (typeof EFFECT_FINDINGS)[number];

/**
 * Steps of the change of a node. `draining`: it accepts no new rooms and waits until its rooms are
 * empty. `cutting`: the drain is over, and the rooms that are left lose it. `stopped`: its process
 * has ended. `starting`: it starts with another program or configuration. `ready`: it answers.
 * `checked`, `check_failed`: result of the health gate.
 */
export const NODE_STEPS = [
  'draining',
  'cutting',
  'stopped',
  'starting',
  'ready',
  'checked',
  'check_failed',
] as const;

export type NodeStep = (typeof NODE_STEPS)[number];

/** API keys of a rotation: `first` is the one before it. */
export const KEY_NAMES = ['first', 'second'] as const;

export type KeyName = (typeof KEY_NAMES)[number];

/** Answers to an API key. `unreachable`: no answer of LiveKit. */
export const KEY_ANSWERS = ['accepted', 'refused', 'unreachable'] as const;

export type KeyAnswer = (typeof KEY_ANSWERS)[number];

/** Keys that sign webhooks. `neither`: no signature of one of them. */
export const WEBHOOK_SIGNERS = [...KEY_NAMES, 'neither'] as const;

export type WebhookSigner = (typeof WEBHOOK_SIGNERS)[number];

const keyObservation = z.object({
  key: z.enum(KEY_NAMES),
  /** Answer to a call of the room service that is signed with the key. */
  api: z.enum(KEY_ANSWERS),
  /** Answer to a new join with a token that is signed with the key. */
  join: z.enum(KEY_ANSWERS),
});

export type KeyObservation = z.infer<typeof keyObservation>;

/** Reason why a drill stopped before the end of its schedule. */
export const drillStopReason = z.discriminatedUnion('code', [
  z.object({
    code: z.literal('steady_state_not_reached'),
    /** Time limit after the last join, ms, and what was missing at its end. */
    withinMs: count,
    participants: count,
    participantsMissing: count,
    subscriptionsWithoutMedia: count,
  }),
  z.object({ code: z.literal('ended_before_steady_state') }),
  /**
   * The participants certainly use another deployment. `roomNodes`: nodes outside the target that
   * hold their rooms.
   */
  z.object({
    code: z.literal('target_mismatch'),
    kind: targetKind,
    components: z.array(text),
    roomNodes: z.array(text),
  }),
  z.object({ code: z.literal('target_unproven'), ...unprovenTarget }),
  /** Another process rolled the fault back before its time: `swarm chaos rollback --force`. */
  z.object({ code: z.literal('rolled_back_externally'), fault: text }),
  /**
   * The effect of the fault was gone before its rollback, so the measurements do not show the
   * effect.
   */
  z.object({
    code: z.literal('fault_gone'),
    fault: text,
    component: text,
    found: z.enum(EFFECT_FINDINGS),
  }),
  /** The target did not report whether the effect was still there. */
  z.object({ code: z.literal('effect_unknown'), fault: text, component: text, message: text }),
  /** The drill failed with an error. `error`: code of the error; null: an unexpected error. */
  z.object({ code: z.literal('execution_failed'), error: text.nullable(), message: text }),
  /**
   * The abort condition of the drill was met: for `forMs` ms, this share (0 … 1) of the control
   * group's subscribers received no media.
   */
  z.object({ code: z.literal('control_group_interrupted'), share: count, forMs: count }),
  /** A node did not start with the release of a roll. `message`: report of the platform. */
  z.object({ code: z.literal('node_not_ready'), component: text, message: text }),
  /** A node failed the health gate of a roll. */
  z.object({ code: z.literal('gate_failed'), component: text, message: text }),
  /** Objectives were missed after the change of a node. */
  z.object({
    code: z.literal('roll_objective_missed'),
    component: text,
    objectives: z.array(z.enum(DRILL_OBJECTIVES)),
  }),
  /** The abort condition was met for all subscribers; fields as in `control_group_interrupted`. */
  z.object({ code: z.literal('load_interrupted'), share: count, forMs: count }),
]);

export type DrillStopReason = z.infer<typeof drillStopReason>;

/**
 * Phases of a roll. `forward`: nodes get the release. `undo`: they get back what they ran, because
 * the roll failed. `rollback`: the same as the second half of the drill. `done`: every node has
 * what it should have.
 */
export const ROLL_PHASES = ['forward', 'undo', 'rollback', 'done'] as const;

export type RollPhase = (typeof ROLL_PHASES)[number];
/** Attempts by which a drill measures when a deployment works again. */
export const CONTINUITY_PROBES = ['api', 'join', 'join_new_room'] as const;

export type ContinuityProbe = (typeof CONTINUITY_PROBES)[number];

/** State that a drill writes before its faults, and reads at its end. */
export const STATE_KINDS = [
  'room',
  'participant',
  'dispatch',
  'ingress',
  'sip_trunk',
  'mark',
] as const;

/** Step of a drill, or its observation of the deployment. */
const drillEvent = z.discriminatedUnion('event', [
  z.object({ event: z.literal('steady_state_reached') }),
  /** The target is unproven, and --allow-unproven-target allowed it. */
  z.object({ event: z.literal('target_assumed'), ...unprovenTarget }),
  /** The precondition was not met: there is no verdict on the server. */
  z.object({ event: z.literal('void'), reason: drillStopReason }),
  /** The abort condition of the drill was met. */
  z.object({ event: z.literal('aborted'), reason: drillStopReason }),
  /**
   * `at`: just before the injection; `completedAt`: after it. `rooms`: rooms held by the
   * components. `params`: parameters as the fault's schema read them.
   */
  z.object({
    event: z.literal('fault_injected'),
    id,
    fault: text,
    target: faultTarget,
    params: z.record(text, z.unknown()),
    components: z.array(text),
    rooms: z.array(text),
    completedAt: count,
  }),
  z.object({ event: z.literal('fault_rolled_back'), id, fault: text, completedAt: count }),
  /**
   * Step of the change of a node. `id`: injection to which it belongs. `nodeId`: ID that the node
   * has at this time; null: unknown, or it does not run. `rooms`: rooms of the load on the node.
   * `version`: what it runs from then on; null: unchanged. `detail`: failure of the health gate.
   */
  z.object({
    event: z.literal('node_changed'),
    id,
    component: text,
    step: z.enum(NODE_STEPS),
    nodeId: text.nullable(),
    version: text.nullable(),
    rooms: z.array(text),
    detail: text.nullable(),
  }),
  /** `reason` of `undo`; otherwise null. */
  z.object({
    event: z.literal('roll_phase'),
    phase: z.enum(ROLL_PHASES),
    reason: drillStopReason.nullable(),
  }),
  /** `detail`: what the platform lacks. */
  z.object({ event: z.literal('fault_skipped'), fault: text, detail: text }),
  /** A fault of packets met none on a component. */
  z.object({ event: z.literal('fault_idle'), fault: text, component: text }),
  /**
   * Redis compared with the room service. `rooms`: node ids by room; null: Redis did not answer.
   */
  z.object({
    event: z.literal('registry_observed'),
    rooms: z.record(text, text).nullable(),
    nodes: z.record(text, z.enum(['serving', 'stale', 'shutting_down'])),
    ghostRooms: z.array(text),
  }),
  /** Backends as the load balancer reports them. */
  z.object({
    event: z.literal('backends_observed'),
    healthy: count,
    total: count,
    /** Names of those that are not healthy. */
    unhealthy: z.array(text).exactOptional(),
  }),
  /**
   * The platform replaced a terminated component, as Kubernetes does. Times: ms after the
   * termination was requested; null: not observed.
   */
  z.object({
    event: z.literal('component_replaced'),
    component: text,
    /** Name of the replacement; the same as `component` where names do not change. */
    replacement: text,
    terminatedMs: count.nullable(),
    scheduledMs: count.nullable(),
    runningMs: count.nullable(),
    readyMs: count,
  }),
  /**
   * Attempt of a probe, at its start. `api`: a room is created; `join`: a join of a room that exists;
   * `join_new_room`. `failure`: reason; null: it succeeded.
   */
  z.object({
    event: z.literal('continuity_probed'),
    probe: z.enum(CONTINUITY_PROBES),
    tookMs: count,
    failure: text.nullable(),
  }),
  /** State was written before the faults. `failure`: reason for which not all of it was. */
  z.object({
    event: z.literal('state_written'),
    kind: z.enum(STATE_KINDS),
    written: count,
    failure: text.nullable(),
  }),
  /**
   * State was read at the end. `written`: what the deployment had confirmed; `lost`: no longer
   * there; `changed`: there with other contents; `returned`: deleted before, and there again.
   * `lostFromAt`, `lostToAt`: confirmation of the oldest and newest lost mark, ms after the start of
   * the run. `failure`: reason for which it was not read; the numbers are 0 then.
   */
  z.object({
    event: z.literal('state_read'),
    kind: z.enum(STATE_KINDS),
    written: count,
    lost: count,
    changed: count,
    returned: count,
    lostFromAt: count.nullable(),
    lostToAt: count.nullable(),
    failure: text.nullable(),
  }),
  /** From now on, new users are sent to another site. */
  z.object({ event: z.literal('users_moved'), to: text }),
  /** From now on, the name of the deployment leads to another address. */
  z.object({ event: z.literal('name_moved'), to: text, ttlMs: count }),
  /**
   * Connections that arrived at an address of the name since the last observation. `firstAt`,
   * `lastAt`: ms after the start of the run.
   */
  z.object({
    event: z.literal('arrivals_observed'),
    address: text,
    count,
    firstAt: z.number(),
    lastAt: z.number(),
  }),
  /** Answers of one node to each API key, in a drill that changes keys. */
  z.object({ event: z.literal('keys_observed'), node: text, keys: z.array(keyObservation) }),
  /** Webhooks that arrived since the last observation, in a drill that changes keys. */
  z.object({
    event: z.literal('webhooks_observed'),
    signer: z.enum(WEBHOOK_SIGNERS),
    count,
  }),
  /**
   * Load as a scaler reads it, by component, in the unit of its metric. `wanted`: nodes that it
   * wants; `serving`: those that run and do not drain. Null: the cluster did not
   * answer, or `unnamed` are ready, and their nodes are not known.
   */
  z.object({
    event: z.literal('scale_observed'),
    load: z.record(text, count).nullable(),
    wanted: count,
    serving: z.array(text),
    unnamed: z.array(text).optional(),
  }),
  /** A scaler wants another number of nodes: for the load, or for that of the timetable. */
  z.object({
    event: z.literal('scale_decided'),
    from: count,
    to: count,
    why: z.enum(['load', 'timetable']),
  }),
  /** A node is ordered: for a decision, in place of a Spot node, or for another reason. */
  z.object({
    event: z.literal('node_ordered'),
    component: text,
    why: z.enum(['scale', 'spot', 'other']),
  }),
  /** State of the autoscaler of a deployment, when it has changed. */
  z.object({
    event: z.literal('autoscaler_observed'),
    desired: count,
    current: count,
    conditions: z.array(z.object({ type: text, isTrue: z.boolean(), reason: text, message: text })),
  }),
  /** Event of the autoscaler of a deployment, as the cluster reports it. */
  z.object({ event: z.literal('autoscaler_noticed'), reason: text, message: text }),
  /** A node takes part in the cluster: Redis lists it as serving. */
  z.object({ event: z.literal('node_registered'), component: text }),
  /** A Spot node is killed after this time. `rooms` as of `node_changed`. */
  z.object({
    event: z.literal('spot_noticed'),
    component: text,
    noticeMs: count,
    rooms: z.array(text),
  }),
  z.object({
    event: z.literal('alert_changed'),
    name: text,
    state: z.enum(['firing', 'resolved']),
    labels: z.record(text, text),
  }),
]);

/** Line of type `drill`. */
export const drillSchema = z.intersection(
  z.object({ type: z.literal('drill'), at: z.number() }),
  drillEvent,
);

export const DRILL_EVENT_NAMES = drillEvent.options.flatMap(({ shape }) => [...shape.event.values]);

export type DrillEvent = z.infer<typeof drillEvent>;
export type DrillLine = z.infer<typeof drillSchema>;
