import {
  type AgentJob,
  type ApiTarget,
  agentDispatchOf,
  apiErrorOf,
  createRoomWithAgent,
  dispatchMetadataOf,
  type RoomDispatch,
  readDispatches,
  roomServiceOf,
} from '@livekit-swarm/livekit';
import {
  AGENT_JOB_STATES,
  type AgentJobState,
  type EventLine,
  type RecordLine,
} from '@livekit-swarm/record';
import type { Conversation, ParticipantPlan } from '@livekit-swarm/scenario';
import { RoomWatch } from './room-watch.ts';

const TIMEOUT_SECONDS = 10;
/** Time before the join of a caller at which its room is created, ms. */
const ROOM_LEAD_MS = 2_000;
/** Time for which a room waits for its caller, s. */
const EMPTY_SECONDS = 60;
/** The server lists a job when its worker has it, maybe after the agent is in the room. */
const LISTED_AFTER_MS = 1_000;

/** Calls of the API for callers of voice agents, as an application makes them. */
export interface AgentDispatches {
  /**
   * Create the rooms of callers that join soon, with their agents. Resolves when the API has
   * answered.
   */
  prepare(elapsedMs: number): Promise<void>;
  /**
   * Take a line of the record: after the join of a caller its agent is dispatched, and when it has
   * its agent, or has lost it, the job is read.
   */
  take(line: RecordLine): void;
  /** Report no more: the record is complete. */
  close(): void;
}

/**
 * Create the dispatches of a run. Without callers nothing is done.
 * @param append writes an event of the result to the record; not called before the first line
 */
export const createAgentDispatches = (
  target: ApiTarget,
  participants: readonly ParticipantPlan[],
  clock: { elapsedMs(): number },
  append: (line: EventLine) => void,
): AgentDispatches => new Dispatches(target, participants, clock, append);

class Dispatches implements AgentDispatches {
  readonly #target: ApiTarget;
  readonly #clock: { elapsedMs(): number };
  readonly #append: (line: EventLine) => void;
  readonly #callers: ReadonlyMap<string, ParticipantPlan>;
  /**
   * First callers of rooms that are not created yet, in the order of their joins: a room brings its
   * agent once, for all its callers.
   */
  readonly #roomless: ParticipantPlan[];
  readonly #dispatched = new Set<string>();
  /** Callers that have left: one on hold needs no agent any more. */
  readonly #gone = new Set<string>();
  readonly #failures = new Set<string>();
  readonly #watches = new Map<string, RoomWatch>();
  /** Events from before the first line of the record. */
  #early: EventLine[] | null = [];
  #isClosed = false;

  constructor(
    target: ApiTarget,
    participants: readonly ParticipantPlan[],
    clock: { elapsedMs(): number },
    append: (line: EventLine) => void,
  ) {
    this.#target = target;
    this.#clock = clock;
    this.#append = append;
    const callers = participants.filter(({ conversation }) => conversation !== undefined);
    this.#callers = new Map(callers.map((plan) => [plan.identity, plan]));
    const inOrder = callers
      .filter(({ conversation }) => conversation?.agent?.by === 'room')
      .toSorted((a, b) => a.joinAtMs - b.joinAtMs);
    const byRoom = Map.groupBy(inOrder, ({ room }) => room);
    this.#roomless = [...byRoom.values()].flatMap(([first]) => first ?? []);
  }

  async prepare(elapsedMs: number): Promise<void> {
    const found = this.#roomless.findIndex(
      ({ joinAtMs }) => joinAtMs > Math.max(0, elapsedMs) + ROOM_LEAD_MS,
    );
    const due = this.#roomless.splice(0, found === -1 ? this.#roomless.length : found);
    await Promise.all(
      due.map((plan) =>
        this.#dispatch(plan, async (agentName) => {
          const service = await roomServiceOf(this.#target, TIMEOUT_SECONDS);
          await createRoomWithAgent(service, {
            name: plan.room,
            agentName,
            metadata: dispatchMetadataOf(plan.conversation ?? {}),
            emptyTimeout: EMPTY_SECONDS,
          });
        }),
      ),
    );
  }

  take(line: RecordLine): void {
    // Their times were of a clock that the start of the run has set to zero since.
    for (const early of this.#early ?? []) this.#append({ ...early, at: 0 });
    this.#early = null;
    // Lines of processes that end may still arrive after the run.
    if (line.type !== 'event' || this.#isClosed) return;
    const plan = this.#callers.get(line.identity ?? '');
    if (plan === undefined) return;
    if (line.event === 'left' || line.event === 'disconnected') this.#gone.add(plan.identity);
    if (line.event === 'rejoined') this.#gone.delete(plan.identity);
    if (line.event === 'agent_joined') void this.#readJob(plan, true);
    if (line.event === 'agent_lost') void this.#readJob(plan, false);
    this.#watch(plan, line.event);
    if (line.event !== 'joined' || plan.conversation?.agent?.by !== 'api') return;
    if (this.#dispatched.has(plan.identity)) return;
    this.#dispatched.add(plan.identity);
    void this.#dispatchByApi(plan, plan.conversation);
  }

  async #dispatchByApi(plan: ParticipantPlan, conversation: Conversation): Promise<void> {
    const holdMs = conversation.agent?.afterMs ?? 0;
    if (holdMs > 0) await new Promise((resolve) => setTimeout(resolve, holdMs).unref());
    if (this.#isClosed || this.#gone.has(plan.identity)) return;
    await this.#dispatch(plan, this.#byApi(plan, conversation));
  }

  #byApi(
    { room }: ParticipantPlan,
    conversation: Conversation,
  ): (agentName: string) => Promise<void> {
    return async (agentName) => {
      const client = await agentDispatchOf(this.#target, TIMEOUT_SECONDS);
      const metadata = dispatchMetadataOf(conversation);
      await client.createDispatch(room, agentName, { metadata });
    };
  }

  close(): void {
    this.#isClosed = true;
    for (const watch of this.#watches.values()) watch.stop();
  }

  /** Watch the room of a caller, if its application dispatches again. */
  #watch(plan: ParticipantPlan, event: EventLine['event']): void {
    const { conversation } = plan;
    const againMs = conversation?.agent?.againMs;
    if (conversation === undefined || againMs === undefined) return;
    const known = this.#watches.get(plan.identity);
    const watch =
      known ??
      new RoomWatch(
        againMs,
        () => void this.#dispatch(plan, this.#byApi(plan, conversation), 'again'),
      );
    this.#watches.set(plan.identity, watch);
    watch.take(event);
  }

  #report(line: EventLine): void {
    if (this.#early !== null) this.#early.push(line);
    else if (!this.#isClosed) this.#append(line);
  }

  /** Call the API, and report the time until its answer. */
  async #dispatch(
    plan: ParticipantPlan,
    call: (agentName: string) => Promise<void>,
    reason?: 'again',
  ): Promise<void> {
    const agentName = plan.conversation?.agent?.name ?? '';
    const began = this.#clock.elapsedMs();
    try {
      await call(agentName);
      const at = this.#clock.elapsedMs();
      this.#report({
        ...{ ...lineOf(plan, at), event: 'agent_dispatched', durationMs: at - began },
        ...(reason !== undefined && { reason }),
      });
    } catch (error) {
      const { message: cause, hint } = apiErrorOf(error);
      const message = `the agent ${agentName} was not dispatched: ${cause}`;
      // A warning of the run, so that reports show it, once for all callers; each loses its agent.
      if (this.#failures.has(message)) return;
      this.#failures.add(message);
      this.#report({
        type: 'event',
        at: this.#elapsedMs(),
        event: 'warning',
        reason: 'agent_not_dispatched',
        message,
        ...(hint !== undefined && { hint }),
      });
    }
  }

  /** Read the job of a caller's agent: the only thing that the server reports of it. */
  async #readJob(plan: ParticipantPlan, hasJoined: boolean): Promise<void> {
    const { room, conversation } = plan;
    const name = conversation?.agent?.name ?? '';
    let found = await this.#jobIn(room, name);
    if (hasJoined && found.job === null) {
      await new Promise((resolve) => setTimeout(resolve, LISTED_AFTER_MS).unref());
      if (this.#isClosed) return;
      found = await this.#jobIn(room, name);
    }
    const { state, job, message } = found;
    const { offeredAfterMs = null, error = '' } = job ?? {};
    const detail = message ?? (error === '' ? null : error);
    this.#report({
      ...lineOf(plan, this.#elapsedMs()),
      event: 'agent_job',
      reason: state,
      ...(offeredAfterMs !== null && { durationMs: offeredAfterMs }),
      ...(detail !== null && { message: detail }),
    });
  }

  async #jobIn(room: string, name: string): Promise<FoundJob> {
    try {
      const client = await agentDispatchOf(this.#target, TIMEOUT_SECONDS);
      return jobOf(await readDispatches(client, room), name);
    } catch (error) {
      return { state: 'unknown', job: null, message: apiErrorOf(error).message };
    }
  }

  #elapsedMs(): number {
    return Math.max(0, this.#clock.elapsedMs());
  }
}

interface FoundJob {
  state: AgentJobState;
  job: AgentJob | null;
  message: string | null;
}

/** Furthest job of an agent in a room. */
const jobOf = (dispatches: readonly RoomDispatch[], name: string): FoundJob => {
  const own = dispatches.filter(({ agentName }) => agentName === name);
  const jobs = own.flatMap((dispatch) => dispatch.jobs);
  for (const state of AGENT_JOB_STATES) {
    const job = jobs.find((one) => one.state === state);
    if (job !== undefined) return { state, job, message: null };
  }
  return { state: own.length === 0 ? 'no_dispatch' : 'no_job', job: null, message: null };
};

const lineOf = ({ identity, group, room, role }: ParticipantPlan, at: number) =>
  ({ type: 'event', at: Math.max(0, at), identity, group, room, role }) as const;
