import { EgressStatus, IngressState_Status } from '@livekit/protocol';
import { ENDED_EGRESS } from '@livekit-swarm/catalogue';
import {
  type ApiError,
  apiErrorOf,
  egressOf,
  ingressOf,
  isWithoutApi,
  joinedAtOf,
  roomServiceOf,
} from '@livekit-swarm/livekit';
import { readRouting } from '@livekit-swarm/sip';
import type { LifecycleHandles } from './lifecycle-handles.ts';
import type { NamedDeployment } from './lifecycle-target.ts';
import type { ListedRoom } from './metering/meter.ts';
import type { MeteredSession } from './metering/session-meter.ts';
import { createSipLevels } from './sip-levels.ts';

/** Polls of the API of one deployment. */
export interface ApiPoll {
  /**
   * Poll the API and set the metrics.
   * @returns the rooms, or null if the server did not respond
   */
  look(): Promise<ListedRoom[] | null>;
  /** List the participants of a room; null if the server did not respond. */
  participantsOf(room: string): Promise<MeteredSession[] | null>;
  /** Remove the gauges, since their values are unknown. */
  forget(): void;
}

const TIMEOUT_SECONDS = 5;
/**
 * Interval in which ended egresses are listed, ms. The server keeps them for a day, and they may be
 * thousands.
 */
const ENDED_EGRESS_EVERY_MS = 60_000;
/** Interval in which SIP trunks and dispatch rules are read, ms: operators seldom change them. */
const SIP_EVERY_MS = 60_000;
/** Failures in a row after which the gauges of SIP are removed, although rooms are still listed. */
const SIP_FORGET_AFTER = 3;
/** Time after which a call whose service was missing is made again, ms: it may have been added. */
const MISSING_MS = 3_600_000;

/**
 * Create the polls of a deployment.
 * @param report called with the result of each call; null: the server responded
 */
export const createApiPoll = (
  deployment: NamedDeployment,
  httpUrl: string,
  metrics: LifecycleHandles,
  report: (call: string, failure: ApiError | null) => void,
): ApiPoll => {
  const { name } = deployment;
  // Keys are read for each poll, as they may be rotated.
  const api = () => ({
    url: httpUrl,
    apiKey: deployment.apiKey,
    apiSecret: deployment.apiSecret,
  });
  const rooms = () => roomServiceOf(api(), TIMEOUT_SECONDS);
  const egress = () => egressOf(api(), TIMEOUT_SECONDS);
  const ingress = () => ingressOf(api(), TIMEOUT_SECONDS);
  /**
   * Calls that need Redis and an additional service, and when a response reported that it is missing:
   * for an hour, they are not polled again.
   */
  const missing = new Map<string, number>();
  const isMissing = (what: string): boolean => {
    const since = missing.get(what);
    return since !== undefined && performance.now() - since < MISSING_MS;
  };

  const call = async <T>(what: string, request: () => Promise<T>): Promise<T | null> => {
    const stop = metrics.livekit_swarm_lifecycle_api_duration_seconds.startTimer({
      target: name,
      call: what,
    });
    // The counter starts at 0: if it appeared with the first error, that error would not be an
    // increase.
    metrics.livekit_swarm_lifecycle_api_errors_total.inc({ target: name, call: what }, 0);
    try {
      const answer = await request();
      missing.delete(what);
      report(what, null);
      return answer;
    } catch (error) {
      if (/not connected|not implemented|redis required/i.test(String(error)))
        missing.set(what, performance.now());
      else {
        metrics.livekit_swarm_lifecycle_api_errors_total.inc({ target: name, call: what });
        report(what, apiErrorOf(error));
      }
      return null;
    } finally {
      stop();
    }
  };

  const countByStatus = async (
    what: 'list_egress' | 'list_ingress',
    gauge: LifecycleHandles['livekit_swarm_lifecycle_egress'],
    request: () => Promise<string[]>,
    /** Check whether the response covers a status; the counts of others stay unchanged. */
    covers: (status: string) => boolean = () => true,
  ): Promise<boolean> => {
    if (isMissing(what)) return false;
    const statuses = await call(what, request);
    if (statuses === null) return false;
    for (const status of known.get(what) ?? [])
      if (covers(status)) gauge.set({ target: name, status }, 0);
    const counted = Map.groupBy(statuses, (status) => status);
    known.set(what, new Set([...(known.get(what) ?? []), ...counted.keys()]));
    for (const [status, same] of counted) gauge.set({ target: name, status }, same.length);
    return true;
  };
  const ended: ReadonlySet<string> = new Set(ENDED_EGRESS);
  let endedEgressAt = Number.NEGATIVE_INFINITY;
  const countEgress = async (): Promise<void> => {
    const at = performance.now();
    const active = at - endedEgressAt < ENDED_EGRESS_EVERY_MS;
    const answered = await countByStatus(
      'list_egress',
      metrics.livekit_swarm_lifecycle_egress,
      async () =>
        (await (await egress()).listEgress({ active })).map(({ status }) => egressStatus(status)),
      active ? (status) => !ended.has(status) : undefined,
    );
    if (answered && !active) endedEgressAt = at;
  };
  const sip = createSipLevels(name, metrics);
  let sipAt = Number.NEGATIVE_INFINITY;
  let sipFailures = 0;
  const countSip = async (): Promise<void> => {
    const at = performance.now();
    if (isMissing('list_sip') || at - sipAt < SIP_EVERY_MS) return;
    // Also of a call that fails: one that hangs would delay each poll by its timeout.
    sipAt = at;
    const answer = await call('list_sip', async () => {
      try {
        return { routing: await readRouting(api(), TIMEOUT_SECONDS) };
      } catch (error) {
        // A proxy that admits the other calls, and not those of SIP.
        if (isWithoutApi(error)) return { routing: null };
        throw error;
      }
    });
    sipFailures = answer === null ? sipFailures + 1 : 0;
    if (answer !== null && answer.routing === null) missing.set('list_sip', at);
    if (answer !== null && answer.routing !== null) sip.set(answer.routing);
    else if (isMissing('list_sip') || sipFailures >= SIP_FORGET_AFTER) sip.forget();
  };
  /** Statuses counted so far by call: one without egress or ingress becomes 0. */
  const known = new Map<string, Set<string>>();

  return {
    look: async () => {
      const listed = await call('list_rooms', async () => (await rooms()).listRooms());
      // A server that does not respond to this call would not respond to others, and each would
      // wait for its timeout.
      if (listed === null) return null;
      metrics.livekit_swarm_lifecycle_rooms.set({ target: name }, listed.length);
      metrics.livekit_swarm_lifecycle_participants.set(
        { target: name },
        sum(listed.map((room) => room.numParticipants)),
      );
      metrics.livekit_swarm_lifecycle_publishers.set(
        { target: name },
        sum(listed.map((room) => room.numPublishers)),
      );
      await countEgress();
      await countByStatus('list_ingress', metrics.livekit_swarm_lifecycle_ingress, async () =>
        (await (await ingress()).listIngress()).map(({ state }) =>
          word(IngressState_Status[state?.status ?? 0], 'ENDPOINT_'),
        ),
      );
      await countSip();
      return listed.map(({ name: room, metadata, numParticipants }) => ({
        name: room,
        metadata,
        participants: numParticipants,
      }));
    },
    participantsOf: async (room) =>
      (await call('list_participants', async () => (await rooms()).listParticipants(room)))?.map(
        (participant) => ({ sid: participant.sid, joinedAtMs: joinedAtOf(participant) }),
      ) ?? null,
    forget: () => {
      for (const level of [
        'livekit_swarm_lifecycle_rooms',
        'livekit_swarm_lifecycle_participants',
        'livekit_swarm_lifecycle_publishers',
      ] as const) {
        metrics[level].remove({ target: name });
      }
      for (const status of known.get('list_egress') ?? [])
        metrics.livekit_swarm_lifecycle_egress.remove({ target: name, status });
      for (const status of known.get('list_ingress') ?? [])
        metrics.livekit_swarm_lifecycle_ingress.remove({ target: name, status });
      known.clear();
      sip.forget();
      sipAt = Number.NEGATIVE_INFINITY;
      sipFailures = 0;
      // The server that responds next may have what this one has not.
      missing.clear();
      endedEgressAt = Number.NEGATIVE_INFINITY;
    },
  };
};

/** Status of an egress as the value of a label. */
export const egressStatus = (status: EgressStatus): string => word(EgressStatus[status], 'EGRESS_');

const word = (name: string | undefined, prefix: string): string =>
  (name ?? 'unknown').replace(prefix, '').toLowerCase();

const sum = (numbers: number[]): number => numbers.reduce((total, number) => total + number, 0);
