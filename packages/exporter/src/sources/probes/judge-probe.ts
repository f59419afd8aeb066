import type { TrackResult } from '@livekit-swarm/core';
import type { ProbeFailure } from '../../catalogue/index.ts';
import { identityOf, type Observation, SIDES, type Side, type SideObservation, type Trouble } from './observation.ts';

export interface Failing {
  reason: ProbeFailure;
  message: string;
}

/** What of one kind of media went through, both sides together; where sides differ, the worse. */
export interface MediaFigures {
  kind: 'audio' | 'video';
  packets: { up: number; down: number };
  /** 0 … 1; null without packets. */
  loss: { up: number | null; down: number | null };
  jitterMs: number | null;
  latencyP50Ms: number | null;
  latencyP95Ms: number | null;
}

export interface ProbeResult {
  success: boolean;
  /** Most basic first; empty exactly when it succeeded. */
  failures: readonly Failing[];
  observation: Observation;
  /** Null where the module sends nothing. */
  heard: Readonly<Record<Side, boolean>> | null;
  media: readonly MediaFigures[];
  rttMs: number | null;
  nacks: { up: number; down: number };
  plis: { up: number; down: number };
  /** There and back: both ways added up. Null where the module sends no data, figures null where none arrived. */
  data: { echoP50Ms: number | null; echoP95Ms: number | null; loss: number | null } | null;
}

/**
 * Opus at 32 kbit/s has 80 bytes a packet while somebody talks; silence (DTX, or what the server sends for a muted track) has three at the most. Levels
 * (RFC 6464) would say it more directly, but livekit-server does not forward them.
 */
const ENERGY_BYTES = 20;
/** Fewer than this are no proof that anything flows. */
const PROOF_PACKETS = 10;

/** What an observation means. */
export const judgeProbe = (observation: Observation): ProbeResult => {
  const { module, sides } = observation;
  const bothIn = SIDES.every((side) => sides[side].phases !== null);
  const tracks = SIDES.flatMap((side) => sides[side].tracks);
  const kinds = [...new Set(module.publish.map(({ kind }) => kind))];
  const sends = kinds.length > 0 || module.data !== null;
  const heard = sends ? { a: hears(observation, 'a'), b: hears(observation, 'b') } : null;
  const media = bothIn ? kinds.map((kind) => figuresOf(kind, tracks)) : [];
  const data = module.data === null || !bothIn ? null : dataFigures(sides);
  const failures = failuresOf(observation, { bothIn, heard, media, data });
  return {
    success: failures.length === 0,
    failures,
    observation,
    heard,
    media,
    rttMs: worst(tracks.map(({ rttMs }) => rttMs)),
    nacks: sumBoth(tracks, 'nacks'),
    plis: sumBoth(tracks, 'plis'),
    data,
  };
};

const otherOf = (side: Side): Side => (side === 'a' ? 'b' : 'a');

/** Whether everything that the other side sends arrived here as something one could hear or see. */
const hears = ({ module, sides }: Observation, side: Side): boolean => {
  const from = identityOf(otherOf(side));
  const received = sides[side].tracks.filter(({ direction }) => direction === 'down');
  const media = module.publish.every(({ kind }) =>
    received.some(
      (track) => track.from === from && track.kind === kind && (kind === 'audio' ? hasEnergy(track) : hasPicture(track)),
    ),
  );
  return media && (module.data === null || received.some(({ kind, packets }) => kind === 'data' && packets > 0));
};

const hasEnergy = ({ packets, bytes }: TrackResult): boolean => packets >= PROOF_PACKETS && bytes / packets >= ENERGY_BYTES;

/** A size is known from a keyframe: before one arrived nobody sees anything. */
const hasPicture = ({ packets, width, height }: TrackResult): boolean => packets >= PROOF_PACKETS && width > 0 && height > 0;

const figuresOf = (kind: 'audio' | 'video', all: readonly TrackResult[]): MediaFigures => {
  const of = (direction: 'up' | 'down'): TrackResult[] =>
    all.filter((track) => track.kind === kind && track.direction === direction);
  const [up, down] = [of('up'), of('down')];
  return {
    kind,
    packets: { up: sum(up, 'packets'), down: sum(down, 'packets') },
    loss: {
      // What we sent includes what the server missed; what we received does not include what we missed.
      up: ratio(sum(up, 'lost'), sum(up, 'packets')),
      down: ratio(sum(down, 'lost'), sum(down, 'packets') + sum(down, 'lost')),
    },
    jitterMs: worst(down.map(({ jitterMs }) => jitterMs)),
    latencyP50Ms: worst(down.map(({ latencyP50Ms }) => latencyP50Ms)),
    latencyP95Ms: worst(down.map(({ latencyP95Ms }) => latencyP95Ms)),
  };
};

const dataFigures = (sides: Observation['sides']): NonNullable<ProbeResult['data']> => {
  const received = SIDES.map((side) =>
    sides[side].tracks.filter(({ kind, direction }) => kind === 'data' && direction === 'down'),
  );
  const all = received.flat();
  /** One way and the other: known only when both are. */
  const echo = (figure: 'latencyP50Ms' | 'latencyP95Ms'): number | null => {
    const ways = received.map((flows) => worst(flows.map((flow) => flow[figure])));
    return ways.includes(null) ? null : ways.reduce<number>((total, way) => total + (way ?? 0), 0);
  };
  return {
    echoP50Ms: echo('latencyP50Ms'),
    echoP95Ms: echo('latencyP95Ms'),
    loss: ratio(sum(all, 'lost'), sum(all, 'packets') + sum(all, 'lost')),
  };
};

const sumBoth = (tracks: readonly TrackResult[], field: 'nacks' | 'plis'): { up: number; down: number } => ({
  up: sum(
    tracks.filter(({ direction }) => direction === 'up'),
    field,
  ),
  down: sum(
    tracks.filter(({ direction }) => direction === 'down'),
    field,
  ),
});

/** Late packets can make a loss negative: then nothing was lost. */
const sum = (tracks: readonly TrackResult[], field: 'packets' | 'lost' | 'nacks' | 'plis'): number =>
  Math.max(
    0,
    tracks.reduce((total, track) => total + track[field], 0),
  );

const ratio = (part: number, whole: number): number | null => (whole > 0 ? Math.min(1, part / whole) : null);

const worst = (values: readonly (number | null)[]): number | null => {
  const known = values.filter((value) => value !== null);
  return known.length === 0 ? null : Math.max(...known);
};

type Figures = Pick<ProbeResult, 'heard' | 'media' | 'data'> & { bothIn: boolean };

const failuresOf = (observation: Observation, figures: Figures): Failing[] => {
  const { internal, room, sides, outOfTime, module, measuredMs } = observation;
  if (internal !== null) return [{ reason: 'internal', message: internal }];
  if (room !== null) return [{ reason: classify(room), message: `the room could not be made: ${room.message}` }];
  const refused = SIDES.flatMap((side) => {
    const { phases, refusal } = sides[side];
    return phases === null && refusal !== null ? [{ reason: classify(refusal), message: `${side}: ${refusal.message}` }] : [];
  });
  const late: Failing[] = outOfTime ? [{ reason: 'timeout', message: timeoutMessage(observation) }] : [];
  if (!figures.bothIn) return unique([...refused, ...late, ...(refused.length + late.length === 0 ? [neverIn(sides)] : [])]);
  const broken = SIDES.flatMap((side): Failing[] => {
    const { loss } = sides[side];
    return loss === null ? [] : [{ reason: 'disconnected', message: `${side}: ${loss.message}` }];
  });
  // Of media that was cut off before it could flow nothing can be said; nor can of who publishes nothing, and is told of some seconds late.
  const tooShort = outOfTime && (module.publish.length === 0 || measuredMs < Math.min(1_000, module.durationMs));
  return unique([
    ...joinFailures(observation),
    ...broken,
    ...(tooShort ? [] : meetingFailures(observation, figures)),
    ...limitFailures(observation, figures),
    ...late,
  ]);
};

const timeoutMessage = ({ sides, module, measuredMs }: Observation): string => {
  const joining = SIDES.filter((side) => sides[side].phases === null);
  if (joining.length > 0) return `time was up while ${joining.join(' and ')} ${joining.length > 1 ? 'were' : 'was'} joining`;
  const advice = 'give the scrape more time, or the module a shorter duration';
  if (measuredMs >= module.durationMs) return `time was up before each was told of the other; ${advice}`;
  return `time was up after ${Math.round(measuredMs)} of ${module.durationMs} ms of media; ${advice}`;
};

const neverIn = (sides: Observation['sides']): Failing => {
  const missing = SIDES.filter((side) => sides[side].phases === null);
  return { reason: 'join_failed', message: `${missing.join(' and ')} never got in` };
};

const joinFailures = ({ sides, module: { limits }, wantedNode }: Observation): Failing[] =>
  SIDES.flatMap((side): Failing[] => {
    const { phases, node } = sides[side];
    const joined = phases?.joined ?? 0;
    return [
      ...(joined > limits.joinMs
        ? [
            {
              reason: 'join_slow' as const,
              message: `${side} took ${Math.round(joined)} ms to get in, more than ${limits.joinMs}`,
            },
          ]
        : []),
      ...(wantedNode !== null && node !== null && node !== wantedNode
        ? [{ reason: 'wrong_node' as const, message: `${side} was let in by ${node}, not ${wantedNode}` }]
        : []),
    ];
  });

const meetingFailures = ({ sides }: Observation, { heard }: Figures): Failing[] =>
  SIDES.flatMap((side): Failing[] => {
    const other = otherOf(side);
    if (!sees(sides[side], other)) {
      return [{ reason: 'not_seen', message: `${side} was not told of ${other}: they are in the same room, but not together` }];
    }
    if (heard !== null && !heard[side]) return [{ reason: 'not_heard', message: `${side} got nothing of ${other}` }];
    return [];
  });

const sees = ({ others }: SideObservation, other: Side): boolean => others.includes(identityOf(other));

const limitFailures = ({ module: { limits } }: Observation, { media, data }: Figures): Failing[] => {
  const over = (reason: ProbeFailure, what: string, value: number | null, limit: number | null, unit: 'ms' | '%'): Failing[] => {
    if (value === null || limit === null || value <= limit) return [];
    const show = (figure: number): string =>
      unit === '%' ? `${Number((figure * 100).toFixed(2))} %` : `${Number(figure.toFixed(1))} ms`;
    return [{ reason, message: `${what} was ${show(value)}, more than ${show(limit)}` }];
  };
  return [
    ...media.flatMap(({ kind, loss, jitterMs, latencyP95Ms }) => [
      ...over('loss', `loss of ${kind}, down,`, loss.down, limits.loss, '%'),
      ...over('loss', `loss of ${kind}, up,`, loss.up, limits.loss, '%'),
      ...over('jitter', `jitter of ${kind}`, jitterMs, limits.jitterMs, 'ms'),
      ...over('latency', `latency of ${kind} (p95)`, latencyP95Ms, limits.latencyMs, 'ms'),
    ]),
    ...over('data_lost', 'loss of data', data?.loss ?? null, limits.loss, '%'),
    ...over('data_slow', 'data there and back (p95)', data?.echoP95Ms ?? null, limits.latencyMs, 'ms'),
  ];
};

const UNREACHABLE: ReadonlySet<string> = new Set(['unreachable', 'tls', 'bad_gateway', 'bad_url']);
const REFUSED: ReadonlySet<string> = new Set([
  'unauthorized',
  'forbidden',
  'bad_request',
  'not_livekit',
  'room_not_found',
  'room_full',
  'server_full',
  'rate_limited',
  'server_error',
]);

/** Words of signalling are many; these three tell who has to look where. */
const classify = ({ reason }: Trouble): ProbeFailure =>
  UNREACHABLE.has(reason) ? 'unreachable' : REFUSED.has(reason) ? 'refused' : 'join_failed';

const unique = (failures: readonly Failing[]): Failing[] =>
  failures.filter(
    ({ reason, message }, index) => failures.findIndex((one) => one.reason === reason && one.message === message) === index,
  );
