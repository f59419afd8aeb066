import type {
  DataTraffic,
  MediaPath,
  Resolution,
  TrackPlan,
  VideoCodec,
} from '@livekit-swarm/scenario';

/** What two participants can do to try a deployment. */
export const PROBE_KINDS = ['audio_pair', 'video_pair', 'data_echo', 'join_only'] as const;
export type ProbeKind = (typeof PROBE_KINDS)[number];

/** How a probe is made, and when it counts as a success. */
export interface ProbeModule {
  name: string;
  kind: ProbeKind;
  /** Of the media, from when both are in, ms; 0 for join_only. */
  durationMs: number;
  publish: readonly TrackPlan[];
  data: DataTraffic | null;
  signalling: 'auto' | 'v1' | 'v0';
  /** How media of both participants reaches the node. */
  path: MediaPath;
  limits: ProbeLimits;
}

/** Joining, leaving and deleting the room, without errors, ms: with less than this besides the media a probe cannot succeed. */
const OVERHEAD_MS = 500;
/** livekit-server announces publishers at once, but other new participants only every three seconds, ms. */
export const STATS_INTERVAL_MS = 3_000;
/** What a probe that succeeds may take, when all is well, ms. */
export const probeDurationMs = ({ durationMs, publish }: ProbeModule): number =>
  Math.max(durationMs, publish.length > 0 ? 0 : STATS_INTERVAL_MS) + OVERHEAD_MS;

/** Null: no limit. */
export interface ProbeLimits {
  joinTimeMs: number;
  loss: number;
  jitterMs: number | null;
  /** One way, p95; of data there and back. */
  latencyMs: number | null;
}

/** As a configuration has them; durations in ms. */
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
  limits?:
    | {
        join?: number | undefined;
        loss?: number | undefined;
        jitter?: number | undefined;
        latency?: number | undefined;
      }
    | undefined;
}

export interface ModuleProblem {
  /** Null: of the module as a whole. */
  key: keyof ModuleOptions | null;
  message: string;
  hint: string | null;
}

/** Which options are of which kinds only. */
const ONLY: Partial<Record<keyof ModuleOptions, readonly ProbeKind[]>> = {
  duration: ['audio_pair', 'video_pair', 'data_echo'],
  codec: ['video_pair'],
  resolution: ['video_pair'],
  simulcast: ['video_pair'],
  audio: ['video_pair'],
  rate: ['data_echo'],
  bytes: ['data_echo'],
  reliable: ['data_echo'],
};

const kindOf = (name: string, { kind }: ModuleOptions): ProbeKind | undefined =>
  kind ?? PROBE_KINDS.find((known) => known === name);

/** A module of the configuration, and what is wrong with it. */
export const moduleOf = (
  name: string,
  options: ModuleOptions,
): { module: ProbeModule; problems: ModuleProblem[] } => {
  const known = kindOf(name, options);
  const kind = known ?? 'audio_pair';
  const problems: ModuleProblem[] = [];
  if (known === undefined)
    problems.push({
      key: null,
      message: 'kind is missing',
      hint: `write kind: ${PROBE_KINDS.join(', or ')}`,
    });
  for (const [key, kinds] of Object.entries(ONLY) as [
    keyof ModuleOptions,
    readonly ProbeKind[],
  ][]) {
    if (known === undefined || options[key] === undefined || kinds.includes(kind)) continue;
    problems.push({ key, message: `${kind} has no ${key}`, hint: `it is of ${kinds.join(', ')}` });
  }
  const {
    duration = 3_000,
    rate = 10,
    bytes = 200,
    reliable = false,
    signalling = 'auto',
    path = 'direct',
    limits = {},
  } = options;
  const { join = 5_000, loss = 0.05, jitter = null, latency = null } = limits;
  return {
    problems,
    module: {
      name,
      kind,
      durationMs: kind === 'join_only' ? 0 : duration,
      publish: tracksOf(kind, options),
      data: kind === 'data_echo' ? { messagesPerSecond: rate, bytes, reliable } : null,
      signalling,
      path,
      limits: { joinTimeMs: join, loss, jitterMs: jitter, latencyMs: latency },
    },
  };
};

const tracksOf = (kind: ProbeKind, options: ModuleOptions): TrackPlan[] => {
  const { codec = 'vp8', resolution = '360p', simulcast = false, audio = true } = options;
  if (kind === 'audio_pair') return [{ kind: 'audio' }];
  if (kind !== 'video_pair') return [];
  const video: TrackPlan = { kind: 'video', source: 'camera', codec, resolution, simulcast };
  return audio ? [{ kind: 'audio' }, video] : [video];
};
