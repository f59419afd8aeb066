import { type RoomFacts, waitsForAgent } from '@livekit-swarm/agents';

/** Dispatch that a poll found. */
interface SeenDispatch {
  room: string;
  /** Time since which its room has no agent, ms; null: it has one, or had one. */
  waitsSince: number | null;
  isLost: boolean;
  /** True if another dispatch of the same agent has served the room since. */
  isReplaced: boolean;
}

type Dispatch = RoomFacts['dispatches'][number];

/** Dispatches of rooms over several polls: which of them have had no agent for too long. */
export class LostJobs {
  readonly #lostAfterMs: number;
  readonly #seen = new Map<string, SeenDispatch>();

  constructor(lostAfterMs: number) {
    this.#lostAfterMs = lostAfterMs;
  }

  /**
   * Take what a poll found.
   * @param now time of the poll, ms, of a clock that is never set back
   * @returns names of the agents whose dispatches became lost, one for each dispatch
   */
  look(rooms: readonly RoomFacts[], now: number): string[] {
    const lost: string[] = [];
    const found = new Set<string>();
    for (const { room, dispatches, agents } of rooms)
      for (const dispatch of dispatches) {
        const { id, agentName } = dispatch;
        found.add(id);
        const seen = this.#seen.get(id) ?? newDispatch(room);
        this.#seen.set(id, seen);
        if (!waitsForAgent(dispatch, agents)) {
          seen.waitsSince = null;
          const isServed = servesRoom(dispatch, agents);
          if (isServed) seen.isLost = false;
          seen.isReplaced =
            !isServed &&
            (seen.isReplaced || dispatches.some((other) => replaces(other, dispatch, agents)));
          continue;
        }
        // The agent that has left was that of another dispatch: nothing was lost with this one.
        if (seen.isReplaced) continue;
        seen.waitsSince ??= now;
        if (seen.isLost || now - seen.waitsSince < this.#lostAfterMs) continue;
        seen.isLost = true;
        lost.push(agentName);
      }
    const unread = new Set(rooms.filter(({ problem }) => problem !== null).map(({ room }) => room));
    for (const [id, { room }] of this.#seen)
      if (!found.has(id) && !unread.has(room)) this.#seen.delete(id);
    return lost;
  }
}

const newDispatch = (room: string): SeenDispatch => ({
  room,
  waitsSince: null,
  isLost: false,
  isReplaced: false,
});

/** Returns true if an agent of the dispatch is in the room. */
const servesRoom = ({ jobs }: Dispatch, agents: readonly string[]): boolean =>
  jobs.some(({ identity }) => agents.includes(identity));

const replaces = (other: Dispatch, { agentName }: Dispatch, agents: readonly string[]): boolean =>
  other.agentName === agentName && servesRoom(other, agents);
