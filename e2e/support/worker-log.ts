/** Log of `swarm agents worker`: the times of its own first and last packets of answers. */

/** Answer of an agent, by its own account. */
export interface WorkerTime {
  room: string;
  event: 'answered' | 'stopped';
  /** Time at which its last voice was sent, Unix ms. */
  endedAt: number;
  /** Time from the caller's voice to its first or, of an answer that stopped, its last voice. */
  afterMs: number;
}

const LINE = /^(?<at>\S+) (?<room>\S+): (?<event>answered|stopped) (?<ms>\d+) ms after /gm;

/** Times of all answers of a worker, in their order. */
export const timesOfWorker = (log: string): WorkerTime[] =>
  [...log.matchAll(LINE)].map(({ groups = {} }) => ({
    room: groups.room ?? '',
    event: groups.event === 'answered' ? 'answered' : 'stopped',
    endedAt: Date.parse(groups.at ?? ''),
    afterMs: Number(groups.ms),
  }));
