import type { Admission } from '@livekit-swarm/engine';
import { dispatchMetadataOf, makeToken } from '@livekit-swarm/livekit';
import { type ParticipantPlan, publishableSources, type Shard } from '@livekit-swarm/scenario';
import { hasErrorCode } from '@livekit-swarm/settings';
import type { Deployment } from './deployment.ts';
import type { E2eeSecrets } from './e2ee-secrets.ts';
import type { RunIngresses } from './run-ingresses.ts';
import type { RunRooms } from './run-rooms.ts';
import { joinsLiveKit, type StreamTokens } from './stream-tokens.ts';
import type { TokenEndpoints } from './token-endpoints.ts';
import { ADMISSION_LEAD_MS, type AdmittedParticipant } from './worker-protocol.ts';

/**
 * Spare validity of a token, ms: it must outlast the join of its participant with all retries; the
 * server refreshes it afterwards.
 */
const TOKEN_SPARE_MS = 600_000;

/** Participants of a shard that join soon. */
export interface AdmissionBatch {
  shard: number;
  admitted: AdmittedParticipant[];
}

export interface AdmissionQueue {
  /**
   * Takes the participants that join within `ADMISSION_LEAD_MS` of a time (ms after the start) and
   * were not taken before, with their admissions. Shards without any are left out.
   * @throws SwarmError `room_not_found` if a room that is needed at the start was not created
   */
  take(elapsedMs: number): Promise<AdmissionBatch[]>;
}

/**
 * Creates the queue of participants that have no admission yet.
 * @param shards shards with their participants in the order of their scheduled joins
 * @param rooms null: the server creates a room when its first participant joins
 */
export const createAdmissionQueue = (
  shards: readonly Shard[],
  deployment: Pick<Deployment, 'url' | 'apiKey' | 'apiSecret'>,
  secretOf: E2eeSecrets = () => undefined,
  endpointOf: TokenEndpoints = () => undefined,
  rooms: RunRooms | null = null,
  ingresses: Pick<RunIngresses, 'create' | 'of'> | null = null,
  streamTokenOf: StreamTokens = () => '',
): AdmissionQueue => {
  const taken = new Map<number, number>();
  return {
    take: async (elapsedMs) => {
      const batches = shards.flatMap(({ shard, participants }) => {
        const from = taken.get(shard) ?? 0;
        let to = from;
        while (
          (participants[to]?.joinAtMs ?? Number.POSITIVE_INFINITY) <=
          elapsedMs + ADMISSION_LEAD_MS
        )
          to++;
        taken.set(shard, to);
        return to > from ? [{ shard, plans: participants.slice(from, to) }] : [];
      });
      const ownTokens = batches.flatMap(({ plans }) =>
        plans.filter((plan) => joinsLiveKit(plan) && endpointOf(plan) === undefined),
      );
      await rooms?.create(ownTokens.map(({ room }) => room)).catch((error: unknown) => {
        // During a run, the server rejects the joins to a missing room, and the record counts them.
        if (elapsedMs <= 0 || !hasErrorCode(error, 'room_not_found')) throw error;
      });
      await ingresses?.create(
        batches.flatMap(({ plans }) => plans),
        elapsedMs <= 0,
      );
      return await Promise.all(
        batches.map(async ({ shard, plans }) => ({
          shard,
          admitted: await Promise.all(
            plans.map(async (plan) => {
              const { stream } = plan;
              if (stream !== undefined)
                return { plan, admission: { url: stream.url, token: streamTokenOf(stream) } };
              // The token of an encoder is for the API, which is asked during the whole stay.
              const neededAtMs = plan.ingress === undefined ? plan.joinAtMs : plan.leaveAtMs;
              const ttlSeconds = Math.ceil((neededAtMs - elapsedMs + TOKEN_SPARE_MS) / 1_000);
              const endpoint = endpointOf(plan);
              const admission =
                endpoint === undefined
                  ? await createAdmission(deployment, plan, ttlSeconds)
                  : { url: deployment.url, token: '', endpoint };
              const e2ee = secretOf(plan);
              const ingress = ingresses?.of(plan);
              return {
                plan,
                admission: {
                  ...admission,
                  ...(e2ee !== undefined && { e2ee }),
                  ...(ingress !== undefined && { ingress }),
                },
              };
            }),
          ),
        })),
      );
    },
  };
};

/**
 * Creates the token of a participant: workers receive tokens, never the API secret.
 * @param ttlSeconds time for which the token is valid for joining, s
 */
export const createAdmission = async (
  { url, apiKey, apiSecret }: Pick<Deployment, 'url' | 'apiKey' | 'apiSecret'>,
  {
    room,
    identity,
    publish,
    data,
    exchange,
    subscribe,
    grants,
    ingress,
    conversation,
    answers,
    actions = [],
  }: ParticipantPlan,
  ttlSeconds: number,
): Promise<Admission> => {
  const sources = publishableSources(publish, actions);
  const token = makeToken({
    apiKey,
    apiSecret,
    room,
    identity,
    publish: {
      audio: sources.includes('microphone'),
      video: sources.includes('camera'),
      screen: sources.includes('screen_share'),
      data: data.length > 0 || exchange !== undefined,
    },
    subscribe,
    grants: {
      ...(actions.some((action) => action.do === 'set') && { canUpdateOwnMetadata: true }),
      ...grants,
      // It asks the API whether the participant is in its room.
      ...(ingress !== undefined && { roomAdmin: true }),
    },
    ...(answers !== undefined && { kind: 'agent' }),
    ...(conversation?.agent?.by === 'token' && {
      agentName: conversation.agent.name,
      agentMetadata: dispatchMetadataOf(conversation),
    }),
    ttlSeconds,
  });
  return { url, token };
};
