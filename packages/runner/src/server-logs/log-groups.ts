import type { LogGroup } from '@livekit-swarm/record';
import type { LogEntry } from './log-entry.ts';

/** Groups that a record holds for each log. */
const MAX_GROUPS = 50;
/** Different messages that are counted; a log whose messages differ each time has more. */
const MAX_MESSAGES = 5_000;

/** Group with its number of entries by second. */
type Group = Omit<LogGroup, 'seconds'> & { seconds: Map<number, number> };

/** Counts the entries of a log, and groups its warnings and errors by message. */
export class LogGroups {
  readonly #groups = new Map<string, Group>();
  #entries = 0;
  #omitted = 0;

  /** @param second of the run in which the entry was logged */
  add({ level, message, error, caller }: LogEntry, second: number): void {
    this.#entries++;
    if (level === null) return;
    const key = `${level} ${message}`;
    const known = this.#groups.get(key);
    if (known === undefined && this.#groups.size >= MAX_MESSAGES) {
      this.#omitted++;
      return;
    }
    const group = known ?? {
      level,
      message,
      ...(error !== null && { error }),
      ...(caller !== null && { caller }),
      seconds: new Map(),
    };
    this.#groups.set(key, group);
    group.seconds.set(second, (group.seconds.get(second) ?? 0) + 1);
  }

  result(): { entries: number; groups: LogGroup[]; omitted: number } {
    const groups = [...this.#groups.values()].sort(
      (a, b) =>
        Number(b.level === 'error') - Number(a.level === 'error') || countOf(b) - countOf(a),
    );
    const left = groups.slice(MAX_GROUPS).reduce((sum, group) => sum + countOf(group), 0);
    return {
      entries: this.#entries,
      groups: groups.slice(0, MAX_GROUPS).map(({ seconds, ...group }) => ({
        ...group,
        seconds: [...seconds].sort(([a], [b]) => a - b),
      })),
      omitted: this.#omitted + left,
    };
  }
}

const countOf = ({ seconds }: Group): number =>
  [...seconds.values()].reduce((sum, n) => sum + n, 0);
