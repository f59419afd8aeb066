import type { ProbeFailure } from '@livekit-swarm/catalogue';
import type { ApiError } from '@livekit-swarm/livekit';
import { formatUnlike, PROXY_ANSWERS } from '@livekit-swarm/settings';
import {
  identityOf,
  type Observation,
  otherOf,
  SIDES,
  type Side,
  type SideObservation,
  sidesOf,
} from '../observation.ts';
import { agentFailures } from './agent-failures.ts';
import type { FailedProbe } from './failed-probe.ts';
import type { DataFigures, MediaFigures } from './probe-figures.ts';

/** Figures from which failures are derived, in addition to the observation. */
export interface EvaluatedProbe {
  bothJoined: boolean;
  received: Readonly<Record<Side, boolean>> | null;
  media: readonly MediaFigures[];
  data: DataFigures | null;
}

/** Reasons for which a probe failed, the most basic one first; empty if it succeeded. */
export const failuresOf = (observation: Observation, figures: EvaluatedProbe): FailedProbe[] => {
  const { internal, room, sides, outOfTime, module, measuredMs } = observation;
  if (internal !== null) return [{ reason: 'internal', message: internal }];
  if (room !== null)
    return [{ reason: classify(room), message: `the room could not be made: ${room.message}` }];
  const refused = SIDES.flatMap((side) => {
    const { phases, refusal } = sides[side];
    return phases === null && refusal !== null
      ? [{ reason: classify(refusal), message: `${side}: ${refusal.message}` }]
      : [];
  });
  const late: FailedProbe[] = outOfTime
    ? [{ reason: 'timeout', message: timeoutMessage(observation) }]
    : [];
  if (!figures.bothJoined)
    return unique([
      ...refused,
      ...late,
      ...(refused.length + late.length === 0 ? [neverIn(observation)] : []),
    ]);
  const broken = SIDES.flatMap((side): FailedProbe[] => {
    const { loss } = sides[side];
    return loss === null ? [] : [{ reason: 'disconnected', message: `${side}: ${loss.message}` }];
  });
  if (observation.agent !== null)
    return unique([
      ...joinFailures(observation),
      ...broken,
      ...(broken.length > 0 ? [] : agentFailures(module, observation.agent)),
      ...limitFailures(observation, figures),
      ...late,
    ]);
  // A short exchange of media proves nothing. Nor does a missing participant without tracks, which
  // the server announces seconds late.
  const tooShort =
    outOfTime && (module.publish.length === 0 || measuredMs < Math.min(1_000, module.durationMs));
  return unique([
    ...joinFailures(observation),
    ...broken,
    // After a disconnect, missing media has a known cause.
    ...(tooShort || broken.length > 0 ? [] : meetingFailures(observation, figures)),
    ...limitFailures(observation, figures),
    ...late,
  ]);
};

const timeoutMessage = ({ sides, module, measuredMs, agent }: Observation): string => {
  const joining = sidesOf(module).filter((side) => sides[side].phases === null);
  if (joining.length > 0)
    return `time was up while ${joining.join(' and ')} ${joining.length > 1 ? 'were' : 'was'} joining`;
  if (agent !== null)
    return `time was up ${agent.joinedMs === null ? 'before an agent joined' : 'before the agent answered'}; give the scrape more time, or the module a shorter answerWithin`;
  const advice = 'give the scrape more time, or the module a shorter duration';
  if (measuredMs >= module.durationMs)
    return `time ran out before each side knew the other; ${advice}`;
  return `time was up after ${Math.round(measuredMs)} of ${module.durationMs} ms of media; ${advice}`;
};

const neverIn = ({ sides, module }: Observation): FailedProbe => {
  const missing = sidesOf(module).filter((side) => sides[side].phases === null);
  return { reason: 'join_failed', message: `${missing.join(' and ')} did not join` };
};

const joinFailures = ({ sides, module: { limits }, wantedNode }: Observation): FailedProbe[] =>
  SIDES.flatMap((side): FailedProbe[] => {
    const { phases, node } = sides[side];
    const joined = phases?.joined ?? 0;
    return [
      ...(joined > limits.joinTimeMs
        ? [
            {
              reason: 'join_slow' as const,
              message: `${side} took ${Math.round(joined)} ms to join, more than ${limits.joinTimeMs}`,
            },
          ]
        : []),
      ...(wantedNode !== null && node !== null && node !== wantedNode
        ? [
            {
              reason: 'wrong_node' as const,
              message: `${side} joined ${node}, not ${wantedNode}`,
            },
          ]
        : []),
    ];
  });

const meetingFailures = ({ sides }: Observation, { received }: EvaluatedProbe): FailedProbe[] =>
  SIDES.flatMap((side): FailedProbe[] => {
    const other = otherOf(side);
    if (!sees(sides[side], other)) {
      return [
        {
          reason: 'participant_missing',
          message: `${side} does not know ${other}: both joined the same room, but on different nodes`,
        },
      ];
    }
    if (received !== null && !received[side])
      return [{ reason: 'media_missing', message: `${side} got nothing of ${other}` }];
    return [];
  });

const sees = ({ others }: SideObservation, other: Side): boolean =>
  others.includes(identityOf(other));

const limitFailures = (
  { module: { limits } }: Observation,
  { media, data }: EvaluatedProbe,
): FailedProbe[] => {
  const over = (
    reason: ProbeFailure,
    what: string,
    value: number | null,
    limit: number | null,
    unit: 'ms' | '%',
  ): FailedProbe[] => {
    if (value === null || limit === null || value <= limit) return [];
    const show = (figure: number, digits = 3): string =>
      unit === '%'
        ? `${Number((figure * 100).toFixed(digits - 1))} %`
        : `${Number(figure.toFixed(digits - 2))} ms`;
    const measured = formatUnlike(show(limit), (digits) => show(value, digits));
    return [{ reason, message: `${what} was ${measured}, more than ${show(limit)}` }];
  };
  return [
    ...media.flatMap(({ kind, loss, jitterMs, latencyP95Ms }) => [
      ...over('loss', `loss of ${kind}, down,`, loss.down, limits.loss, '%'),
      ...over('loss', `loss of ${kind}, up,`, loss.up, limits.loss, '%'),
      ...over('jitter', `jitter of ${kind}`, jitterMs, limits.jitterMs, 'ms'),
      ...over('latency', `latency of ${kind} (p95)`, latencyP95Ms, limits.latencyMs, 'ms'),
    ]),
    ...over('data_lost', 'loss of data', data?.loss ?? null, limits.loss, '%'),
    ...over(
      'data_slow',
      'data there and back (p95)',
      data?.echoP95Ms ?? null,
      limits.latencyMs,
      'ms',
    ),
  ];
};

const UNREACHABLE: ReadonlySet<string> = new Set([
  'unreachable',
  'tls',
  'bad_url',
  // A proxy answered in place of LiveKit: it has no server, or blocks the request.
  ...PROXY_ANSWERS,
  'bad_gateway',
  'not_livekit',
  // Errors of this host.
  'dns_failed',
  'no_route',
  'no_socket',
]);
const REFUSED: ReadonlySet<string> = new Set([
  'unauthorized',
  'forbidden',
  'bad_request',
  'room_not_found',
  'room_full',
  'server_full',
  'rate_limited',
  'server_error',
  'codec_not_allowed',
  'udp_ports_exhausted',
]);
/** Errors of the application’s token endpoint. */
const TOKEN: ReadonlySet<string> = new Set([
  'token_elsewhere',
  'token_failed',
  'token_invalid',
  'token_rate_limited',
  'token_rejected',
  'token_timeout',
  'token_unreachable',
]);

/** Map the many codes of signalling to the four that show what to check. */
const classify = ({ reason }: ApiError): ProbeFailure => {
  if (UNREACHABLE.has(reason)) return 'unreachable';
  if (TOKEN.has(reason)) return 'token';
  return REFUSED.has(reason) ? 'rejected' : 'join_failed';
};

const unique = (failures: readonly FailedProbe[]): FailedProbe[] =>
  failures.filter(
    ({ reason, message }, index) =>
      failures.findIndex((one) => one.reason === reason && one.message === message) === index,
  );
