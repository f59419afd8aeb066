/** Measurement of recovery time and lost state during a drill. */
import { setTimeout as sleep } from 'node:timers/promises';
import {
  ApiRejection,
  apiErrorOf,
  createStoredState,
  deploymentAt,
  isJoin,
  joinBySignal,
  makeToken,
  type Rejection,
  roomServiceOf,
  type StoredKind,
} from '@livekit-swarm/livekit';
import type { ContinuityProbe, DrillEvent } from '@livekit-swarm/record';
import { messageOf } from '@livekit-swarm/settings';
import type { Drill } from '../drill/drill.ts';
import type { DrillDeployment } from './deployment.ts';

export interface ContinuityOptions {
  deployment: Pick<DrillDeployment, 'url' | 'apiUrl' | 'apiKey' | 'apiSecret' | 'isLab' | 'users'>;
  continuity: NonNullable<Drill['continuity']>;
  /** Beginning of the names of rooms and participants. */
  name: string;
  /** Participants of the load whose attributes are written. */
  participants: readonly { room: string; identity: string }[];
  /** Appends an event to the record. */
  append(event: DrillEvent, at?: number): void;
  /** Present time, ms after the run's start. */
  elapsedMs(): number;
}

/** Time limit of one attempt, ms; an attempt that takes longer has failed. */
const ATTEMPT_MS = 5_000;
/** Most attempts that are waited for at once; further ones are left out. */
const MAX_OPEN = 200;
/** Every other mark is deleted after this time, to find deletions that are lost. */
const DELETE_AFTER_MS = 3_000;
/** Times after which the server closes an empty room, s: longer than drills. */
const LONG_LIVED = { emptyTimeout: 3_600, departureTimeout: 3_600 } as const;
const LIST_TIMEOUT_SECONDS = 4;
const DELETED_AT_ONCE = 20;
/** Longest reason of a failed attempt, characters. */
const MAX_REASON = 160;
const TOKEN_SECONDS = 60;

/** Kinds of state that are only written to a lab: a failed cleanup would leave them to users. */
const OF_LAB: readonly StoredKind[] = ['ingress', 'sip_trunk'];
const EVERYWHERE: readonly StoredKind[] = ['room', 'participant', 'dispatch'];

/** Room that the API probe has created, and the confirmations, ms after the run's start. */
interface Mark {
  createdAt: number;
  /** Null: it was not deleted, or that is not confirmed. */
  deletedAt: number | null;
  /** True when a deletion was requested: whether it is there is only certain if it was confirmed. */
  deleting: boolean;
}

/**
 * Writes state and then probes until `until` is aborted; then reads the state and the marks, and
 * removes them. Attempts begin at their times, whether earlier ones have ended or not.
 */
export const measureContinuity = async (
  options: ContinuityOptions,
  until: AbortSignal,
): Promise<void> => {
  const { deployment, continuity, name, participants, append } = options;
  const prefix = `${name}-continuity`;
  const stored = createStoredState(deployment, {
    prefix,
    rooms: continuity.rooms,
    participants,
    kinds: deployment.isLab ? [...EVERYWHERE, ...OF_LAB] : EVERYWHERE,
  });
  for (const result of await stored.write()) append({ event: 'state_written', ...result });
  try {
    const marks = await probeUntil(options, prefix, until);
    for (const result of await stored.read())
      append({ event: 'state_read', ...result, returned: 0, lostFromAt: null, lostToAt: null });
    append(await readMarks(deployment, prefix, marks));
  } finally {
    await cleanUp(options, prefix, stored.remove);
  }
};

/** Probes the API and joins. @returns the marks that were created, by the names of their rooms */
const probeUntil = async (
  options: ContinuityOptions,
  prefix: string,
  until: AbortSignal,
): Promise<ReadonlyMap<string, Mark>> => {
  const { deployment, continuity, append, elapsedMs } = options;
  const lobby = `${prefix}-lobby`;
  const service = await roomServiceOf(deployment, ATTEMPT_MS / 1_000);
  await service.createRoom({ name: lobby, ...LONG_LIVED });

  const marks = new Map<string, Mark>();
  const open = new Set<Promise<void>>();
  const attempt = (probe: ContinuityProbe, run: () => Promise<string | null>): void => {
    if (open.size >= MAX_OPEN) return;
    const at = elapsedMs();
    const startedAt = performance.now();
    const running = run()
      .catch((error: unknown) => messageOf(error))
      .then((failure) => {
        const tookMs = Math.round(performance.now() - startedAt);
        const reason = failure?.slice(0, MAX_REASON) ?? null;
        append({ event: 'continuity_probed', probe, tookMs, failure: reason }, at);
      })
      .finally(() => open.delete(running));
    open.add(running);
  };
  const probes = probesOf(options, prefix, marks);
  const beganAt = performance.now();
  for (let count = 0; !until.aborted; count++) {
    attempt('api', () => probes.create(count));
    // Joins are as frequent in total: alternately into a room that exists, and into a new one.
    if (count % 2 === 0) attempt('join', () => probes.join(lobby, count));
    else attempt('join_new_room', () => probes.join(`${prefix}-join-${count}`, count));
    const nextAt = beganAt + (count + 1) * continuity.everyMs;
    await sleep(Math.max(0, nextAt - performance.now()), undefined, { signal: until }).catch(
      () => {},
    );
  }
  await Promise.allSettled([...open]);
  return marks;
};

/** Answer of the server, or the code of a failure without an answer. */
export const reasonOf = (failure: Pick<Rejection, 'answer'> & { reason: string }): string =>
  failure.answer === undefined
    ? failure.reason
    : `HTTP ${failure.answer.status}: ${failure.answer.said}`;

interface Probes {
  /** Creates a mark. @returns the reason of a failure; null: it is confirmed */
  create(count: number): Promise<string | null>;
  join(room: string, count: number): Promise<string | null>;
}

const probesOf = (
  { deployment, elapsedMs }: ContinuityOptions,
  prefix: string,
  marks: Map<string, Mark>,
): Probes => {
  const { apiKey, apiSecret } = deployment;
  const target = createTarget(deployment);
  const remove = async (name: string, mark: Mark): Promise<void> => {
    await sleep(DELETE_AFTER_MS, undefined, { ref: false });
    mark.deleting = true;
    // A deletion that fails is one more call during an outage: only confirmed ones are compared.
    const { service } = target();
    await (await service).deleteRoom(name).then(
      () => {
        mark.deletedAt = elapsedMs();
      },
      () => {},
    );
  };
  return {
    create: async (count) => {
      const name = `${prefix}-mark-${count}`;
      try {
        const client = await target().service;
        await client.createRoom({ name, metadata: name, ...LONG_LIVED });
      } catch (error) {
        return error instanceof ApiRejection ? reasonOf(error.rejection) : apiErrorOf(error).reason;
      }
      const mark: Mark = { createdAt: elapsedMs(), deletedAt: null, deleting: false };
      marks.set(name, mark);
      if (count % 2 === 1) void remove(name, mark);
      return null;
    },
    join: async (room, count) => {
      const token = makeToken({
        ...{ apiKey, apiSecret, room, identity: `${prefix}-${count}`, subscribe: false },
        publish: { audio: false, video: false, data: false },
        grants: { hidden: true },
        ttlSeconds: TOKEN_SECONDS,
      });
      const joined = await joinBySignal(target().joins, token, ATTEMPT_MS);
      if (!isJoin(joined)) return reasonOf(joined);
      joined.leave();
      return null;
    },
  };
};

/** Present address of users: that of the deployment, or of the site that is up. */
const createTarget = (deployment: ContinuityOptions['deployment']) => {
  const { users } = deployment;
  const present = () =>
    users === undefined ? deployment : { ...deployment, url: users.url(), apiUrl: users.apiUrl() };
  const joinsAt = (url: string) => ({ url, joins: deploymentAt(url, 'v0') });
  const apiAt = ({ url, apiUrl, apiKey, apiSecret }: ReturnType<typeof present>) => ({
    api: apiUrl ?? url,
    service: roomServiceOf({ url, apiUrl, apiKey, apiSecret }, ATTEMPT_MS / 1_000),
  });
  let target = { ...joinsAt(present().url), ...apiAt(present()) };
  return () => {
    const { url, apiUrl } = present();
    // A name is resolved again when the cached answer has expired, not at the move.
    if (url !== target.url) target = { ...target, ...joinsAt(url) };
    if ((apiUrl ?? url) !== target.api) target = { ...target, ...apiAt(present()) };
    return target;
  };
};

const readMarks = async (
  deployment: ContinuityOptions['deployment'],
  prefix: string,
  marks: ReadonlyMap<string, Mark>,
): Promise<Extract<DrillEvent, { event: 'state_read' }>> => {
  const event = { event: 'state_read', kind: 'mark', changed: 0 } as const;
  const kept = [...marks].filter(([, { deleting }]) => !deleting);
  const deleted = [...marks].filter(([, { deletedAt }]) => deletedAt !== null);
  try {
    const service = await roomServiceOf(deployment, LIST_TIMEOUT_SECONDS);
    // Without names, the server lists all rooms: names in a request are limited.
    const listed = await service.listRooms();
    const there = new Set(listed.map(({ name }) => name).filter((name) => name.startsWith(prefix)));
    const lost = kept.filter(([name]) => !there.has(name)).map(([, { createdAt }]) => createdAt);
    return {
      ...event,
      written: kept.length,
      lost: lost.length,
      returned: deleted.filter(([name]) => there.has(name)).length,
      lostFromAt: lost.length === 0 ? null : Math.min(...lost),
      lostToAt: lost.length === 0 ? null : Math.max(...lost),
      failure: null,
    };
  } catch (error) {
    const failure = apiErrorOf(error).message;
    const none = { lost: 0, returned: 0, lostFromAt: null, lostToAt: null };
    return { ...event, written: kept.length, ...none, failure };
  }
};

/** Removes a room, unless it has closed since. */
const removeRoom = async (
  service: Awaited<ReturnType<typeof roomServiceOf>>,
  name: string,
): Promise<void> => {
  try {
    await service.deleteRoom(name);
  } catch (error) {
    if (!(error instanceof ApiRejection && error.code === 'not_found')) throw error;
  }
};

/** Removes everything that was created; what stays is recorded as a failure to write. */
const cleanUp = async (
  { deployment, append }: ContinuityOptions,
  prefix: string,
  removeStored: () => Promise<string[]>,
): Promise<void> => {
  const left = await removeStored();
  try {
    const service = await roomServiceOf(deployment, LIST_TIMEOUT_SECONDS);
    const names = (await service.listRooms())
      .map(({ name }) => name)
      .filter((name) => name.startsWith(prefix));
    while (names.length > 0)
      await Promise.all(names.splice(0, DELETED_AT_ONCE).map((name) => removeRoom(service, name)));
  } catch (error) {
    left.push(`rooms ${prefix}-… (${apiErrorOf(error).message})`);
  }
  if (left.length === 0) return;
  const failure = `not removed: ${left.join(', ')}`.slice(0, 4 * MAX_REASON);
  append({ event: 'state_written', kind: 'mark', written: 0, failure });
};
