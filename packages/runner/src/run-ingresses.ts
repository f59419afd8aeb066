import type { IngressStream } from '@livekit-swarm/engine';
import {
  ApiRejection,
  type ApiTarget,
  apiBase,
  type CreatedIngress,
  createIngress,
  eachInTurn,
  ingressErrorOf,
  ingressOf,
  isGone,
  type LoadGuard,
  withoutTokens,
} from '@livekit-swarm/livekit';
import type { EventLine, RecordLine } from '@livekit-swarm/record';
import type { IngressWay, ParticipantPlan } from '@livekit-swarm/scenario';
import { isUsageError, messageOf, SwarmError } from '@livekit-swarm/settings';

/** Streams of ingress that the participants of a run publish by. */
export interface RunIngresses {
  /**
   * Creates the streams of those of these participants that publish through ingress.
   * @param isFirst true before the run: then a failure ends it
   * @throws SwarmError `ingress_not_created`; `usage` when the host of ingress is not allowed
   */
  create(plans: readonly ParticipantPlan[], isFirst: boolean): Promise<void>;
  /** Stream of a participant; undefined: it has none. */
  of(plan: ParticipantPlan): IngressStream | undefined;
  /** Takes a line of the record: after a loss, asks the API what ingress reports about it. */
  take(line: RecordLine): void;
  /**
   * Deletes all streams that were created.
   * @returns number of streams that could not be deleted
   */
  delete(): Promise<number>;
}

const TIMEOUT_SECONDS = 10;
/**
 * Calls without an answer, one after the other, after which the API is not called again at the end
 * of a run: each takes as long as its timeout.
 */
const MOST_UNANSWERED = 3;
const LOSSES: ReadonlySet<string> = new Set(['join_retry', 'join_failed', 'signal_lost']);
/** Time after which ingress has reported the state of a stream that ended, ms. */
const REPORTED_AFTER_MS = 500;

/** Stream of a participant. */
interface Stream extends CreatedIngress {
  plan: ParticipantPlan;
  /** False without an address, or with one that may not be used: the stream is deleted only. */
  isUsable: boolean;
}

/**
 * Streams of a run. Workers get the key of a stream, and never the right to create one.
 * @param append writes an event to the record; not called before its first line
 */
export const createRunIngresses = (
  target: ApiTarget,
  guard: Pick<LoadGuard, 'assertAnnounced'>,
  clock: { elapsedMs(): number },
  append: (line: EventLine) => void,
): RunIngresses => {
  const created = new Map<string, Stream>();
  /** Events from before the first line of the record. */
  let early: EventLine[] | null = [];
  /** Participants whose stream may have been created, although no answer stated it. */
  const unanswered = new Set<ParticipantPlan>();
  let isClosed = false;
  /** Creations under way: a stream that is created after the run has ended is deleted, too. */
  const underWay = new Set<Promise<void>>();
  const client = () => ingressOf(target, TIMEOUT_SECONDS);

  const report = (line: EventLine): void => {
    if (isClosed) return;
    if (early === null) append(line);
    else early.push(line);
  };

  const createOne = async (plan: ParticipantPlan): Promise<void> => {
    const service = await client();
    const from = performance.now();
    const stream = await createIngress(service, plan).catch((error: unknown) => {
      if (!isRefusal(error)) unanswered.add(plan);
      throw error;
    });
    const entry = { plan, ...stream, isUsable: false };
    created.set(plan.identity, entry);
    // A server without ingress.rtmp_base_url answers with none; ffmpeg would write to a file.
    if (!hasAddress(plan, stream.url))
      throw new Error(`its answer has no ${WAYS[wayOf(plan)].name} address`);
    guard.assertAnnounced(stream.url);
    entry.isUsable = true;
    report(eventOf(plan, clock.elapsedMs(), 'ingress_created', performance.now() - from));
  };

  const explain = async (plan: ParticipantPlan, ingressId: string): Promise<void> => {
    await new Promise((resolve) => setTimeout(resolve, REPORTED_AFTER_MS).unref());
    if (isClosed) return;
    const error = await ingressErrorOf(await client(), ingressId);
    if (error === '') return;
    report({
      ...eventOf(plan, clock.elapsedMs(), 'warning'),
      reason: 'ingress_error',
      message: `ingress reports: ${withoutTokens(error)}`,
    });
  };

  return {
    create: async (plans, isFirst) => {
      const wanted = plans.filter(({ ingress }) => ingress !== undefined);
      const creating = eachInTurn(wanted, async (plan) => {
        if (isClosed) return;
        try {
          await createOne(plan);
        } catch (error) {
          const failure = isUsageError(error) ? error : notCreated(target, plan, error);
          if (isFirst) throw failure;
          report({
            ...eventOf(plan, clock.elapsedMs(), 'warning'),
            reason: 'ingress_not_created',
            message: failure.message,
          });
        }
      });
      underWay.add(creating);
      await creating.finally(() => underWay.delete(creating));
    },
    of: ({ identity }) => {
      const stream = created.get(identity);
      if (stream === undefined || !stream.isUsable) return undefined;
      const { url, streamKey } = stream;
      return { url, streamKey, apiBase: apiBase(target) };
    },
    take: (line) => {
      // Their times were of a clock that the start of the run has set to zero since.
      for (const one of early ?? []) append({ ...one, at: 0 });
      early = null;
      if (line.type !== 'event' || !LOSSES.has(line.event)) return;
      const known = created.get(line.identity ?? '');
      if (known !== undefined) explain(known.plan, known.ingressId).catch(() => {});
    },
    delete: async () => {
      isClosed = true;
      await Promise.allSettled(underWay);
      let left = 0;
      let silent = 0;
      const attempt = async (
        call: (service: Awaited<ReturnType<typeof client>>) => Promise<unknown>,
      ): Promise<void> => {
        if (silent >= MOST_UNANSWERED) {
          left++;
          return;
        }
        try {
          await call(await client());
          silent = 0;
        } catch (error) {
          const isUnanswered = error instanceof ApiRejection && error.status === null;
          silent = isUnanswered ? silent + 1 : 0;
          if (!isGone(error)) left++;
        }
      };
      const ids = new Set([...created.values()].map(({ ingressId }) => ingressId));
      await eachInTurn([...unanswered], ({ identity, room }) =>
        attempt(async (service) => {
          for (const { ingressId, name } of await service.listIngress({ roomName: room }))
            if (name === identity) ids.add(ingressId);
        }),
      );
      await eachInTurn([...ids], (ingressId) =>
        attempt((service) => service.deleteIngress(ingressId)),
      );
      return left;
    },
  };
};

/** Ways to ingress: their names, addresses, and the settings of livekit-server that name those. */
const WAYS: Record<IngressWay, { name: string; address: RegExp; setting: string }> = {
  rtmp: { name: 'RTMP', address: /^rtmps?:\/\/./i, setting: 'ingress.rtmp_base_url' },
  whip: { name: 'WHIP', address: /^https?:\/\/./i, setting: 'ingress.whip_base_url' },
};

const wayOf = ({ ingress = 'rtmp' }: ParticipantPlan): IngressWay => ingress;

const hasAddress = (plan: ParticipantPlan, url: string): boolean =>
  WAYS[wayOf(plan)].address.test(url) && URL.canParse(url);

const eventOf = (
  { identity, group, room, role }: ParticipantPlan,
  at: number,
  event: EventLine['event'],
  durationMs?: number,
): EventLine => ({
  type: 'event',
  at,
  event,
  identity,
  group,
  room,
  role,
  ...(durationMs !== undefined && { durationMs }),
});

const notCreated = (target: ApiTarget, plan: ParticipantPlan, error: unknown): SwarmError =>
  new SwarmError(
    'ingress_not_created',
    `${apiBase(target)} did not create an ingress for ${plan.room}: ${withoutTokens(messageOf(error))}`,
    `livekit-server needs Redis and the address of ingress (${WAYS[wayOf(plan)].setting}); a lab has both: swarm lab up --with ingress`,
  );

/**
 * Returns true if the server has refused: after a timeout, or an answer of a proxy, it may have done
 * what was requested.
 */
const isRefusal = (error: unknown): boolean =>
  error instanceof ApiRejection && error.status !== null && error.status < 500;
