import type {
  DataTraffic,
  MediaPath,
  Resolution,
  TrackPlan,
  VideoCodec,
} from '@livekit-swarm/scenario';

/**
 * Kinds of probes, by the media that the two participants exchange; in an `agent_call`, one
 * participant talks with a voice agent.
 */
export const PROBE_KINDS = [
  'audio_pair',
  'video_pair',
  'data_echo',
  'join_only',
  'agent_call',
] as const;
export type ProbeKind = (typeof PROBE_KINDS)[number];

/** Call of a voice agent by the one participant of a probe. */
export interface AgentCall {
  /** Name of the agent that is dispatched with the room; empty: workers without a name. */
  agent: string;
  /** Side that speaks first. */
  opens: 'caller' | 'agent';
  /** Pause between the join of the agent and the first word of the caller, ms. */
  pauseMs: number;
  /** Longest wait for the agent, and for its answer, ms. */
  answerWithinMs: number;
}

/** Settings of a probe, and the limits within which it succeeds. */
export interface ProbeModule {
  name: string;
  kind: ProbeKind;
  /**
   * Duration of the media, counted from when both participants have joined, ms; 0 for `join_only`.
   * Of an `agent_call` the least one: the caller waits and speaks.
   */
  durationMs: number;
  publish: readonly TrackPlan[];
  data: DataTraffic | null;
  /** Null: the probe calls no agent. */
  agentCall: AgentCall | null;
  signalling: 'auto' | 'v1' | 'v0';
  /** Path of media of both participants to the node. */
  path: MediaPath;
  limits: ProbeLimits;
}

/**
 * Time for joining, leaving and deleting the room without errors, ms. A probe cannot succeed in
 * less than this plus its media.
 */
const OVERHEAD_MS = 500;
/**
 * Interval in which livekit-server announces new participants without tracks, ms. It announces
 * publishers at once.
 */
export const STATS_INTERVAL_MS = 3_000;
/** Least time that a successful probe takes, ms. */
export const probeDurationMs = ({ durationMs, publish }: ProbeModule): number =>
  Math.max(durationMs, publish.length > 0 ? 0 : STATS_INTERVAL_MS) + OVERHEAD_MS;

/** Limits of a probe's figures; null: no limit. */
export interface ProbeLimits {
  joinTimeMs: number;
  loss: number;
  jitterMs: number | null;
  /** Limit of the p95 of one-way latency, or of the echo time of data, ms. */
  latencyMs: number | null;
  /** Time from the join of the caller until the agent is ready to speak. */
  readyMs: number | null;
  /** Time from the last voice of the caller to the first voice of the agent. */
  responseMs: number | null;
}

/** Settings of a module as a configuration states them; durations in ms. */
export interface ModuleOptions {
  kind?: ProbeKind | undefined;
  duration?: number | undefined;
  codec?: VideoCodec | undefined;
  resolution?: Resolution | undefined;
  simulcast?: boolean | undefined;
  audio?: boolean | undefined;
  rate?: number | undefined;
  bytes?: number | undefined;
  reliable?: boolean | undefined;
  signalling?: 'auto' | 'v1' | 'v0' | undefined;
  path?: MediaPath | undefined;
  agent?: string | undefined;
  opens?: 'caller' | 'agent' | undefined;
  pause?: number | undefined;
  answerWithin?: number | undefined;
  limits?:
    | {
        join?: number | undefined;
        loss?: number | undefined;
        jitter?: number | undefined;
        latency?: number | undefined;
        ready?: number | undefined;
        response?: number | undefined;
      }
    | undefined;
}

export interface ModuleProblem {
  /** Setting at fault. */
  key: keyof ModuleOptions;
  message: string;
  hint: string | null;
}

/** Settings that only some kinds have, with these kinds. */
const ONLY: Partial<Record<keyof ModuleOptions, readonly ProbeKind[]>> = {
  duration: ['audio_pair', 'video_pair', 'data_echo'],
  codec: ['video_pair'],
  resolution: ['video_pair'],
  simulcast: ['video_pair'],
  audio: ['video_pair'],
  rate: ['data_echo'],
  bytes: ['data_echo'],
  reliable: ['data_echo'],
  agent: ['agent_call'],
  opens: ['agent_call'],
  pause: ['agent_call'],
  answerWithin: ['agent_call'],
};

/** Length of the utterance of a caller, ms. */
const UTTERANCE_MS = 2_200;

/**
 * Build a module from its settings in the configuration, and list their problems. Without a kind, it
 * is the name of the module, or else `audio_pair`.
 */
export const moduleOf = (
  name: string,
  options: ModuleOptions,
): { module: ProbeModule; problems: ModuleProblem[] } => {
  const kind = options.kind ?? PROBE_KINDS.find((known) => known === name) ?? 'audio_pair';
  const problems: ModuleProblem[] = [];
  for (const [key, kinds] of Object.entries(ONLY) as [
    keyof ModuleOptions,
    readonly ProbeKind[],
  ][]) {
    if (options[key] === undefined || kinds.includes(kind)) continue;
    problems.push({
      key,
      message: `${kind} has no ${key}`,
      hint: `only these kinds have it: ${kinds.join(', ')}`,
    });
  }
  const {
    duration = 3_000,
    rate = 10,
    bytes = 200,
    reliable = false,
    signalling = 'auto',
    path = 'direct',
    agent = '',
    opens = 'caller',
    pause = 2_000,
    answerWithin = 10_000,
    limits = {},
  } = options;
  const {
    join = 5_000,
    loss = 0.05,
    jitter = null,
    latency = null,
    ready = null,
    response = null,
  } = limits;
  for (const key of ['ready', 'response'] as const)
    if (kind !== 'agent_call' && limits[key] !== undefined)
      problems.push({
        key: 'limits',
        message: `${kind} has no ${key}`,
        hint: 'only agent_call has it',
      });
  return {
    problems,
    module: {
      name,
      kind,
      durationMs: durationOf(kind, duration, pause),
      publish: tracksOf(kind, options),
      data: kind === 'data_echo' ? { messagesPerSecond: rate, bytes, reliable } : null,
      agentCall:
        kind === 'agent_call'
          ? { agent, opens, pauseMs: pause, answerWithinMs: answerWithin }
          : null,
      signalling,
      path,
      limits: {
        joinTimeMs: join,
        loss,
        jitterMs: jitter,
        latencyMs: latency,
        readyMs: ready,
        responseMs: response,
      },
    },
  };
};

const durationOf = (kind: ProbeKind, durationMs: number, pauseMs: number): number => {
  if (kind === 'join_only') return 0;
  return kind === 'agent_call' ? pauseMs + UTTERANCE_MS : durationMs;
};

const tracksOf = (kind: ProbeKind, options: ModuleOptions): TrackPlan[] => {
  const { codec = 'vp8', resolution = '360p', simulcast = false, audio = true } = options;
  if (kind === 'audio_pair' || kind === 'agent_call') return [{ kind: 'audio' }];
  if (kind !== 'video_pair') return [];
  const video: TrackPlan = { kind: 'video', source: 'camera', codec, resolution, simulcast };
  return audio ? [{ kind: 'audio' }, video] : [video];
};
