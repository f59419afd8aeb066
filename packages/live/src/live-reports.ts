import { nameOf, type Outcome, REPORTERS, verdictOf, wholeOf } from '@livekit-swarm/report';
import type { LiveReports } from '@livekit-swarm/report/live';

interface Entry {
  outcome: Outcome;
  /** Made when it is first asked for. */
  page: Promise<string> | null;
}

/** Of a record whose run may not have ended. */
export const SO_FAR = 'so-far';

/** The reports of the runs of a command. A report is made when a browser asks for it, and once. */
export class ReportPages {
  readonly #entries = new Map<string, Entry>();

  add(name: string, outcome: Outcome): void {
    this.#entries.set(name, { outcome, page: null });
  }

  remove(name: string): void {
    this.#entries.delete(name);
  }

  /** @returns null where there is no report of this name */
  page(name: string): Promise<string> | null {
    const entry = this.#entries.get(name);
    if (entry === undefined) return null;
    entry.page ??= render(entry.outcome);
    return entry.page;
  }

  /** @param become the name of the report that the page becomes */
  message(become: string | null): LiveReports {
    return {
      kind: 'reports',
      reports: [...this.#entries].map(([name, { outcome }]) => ({
        name: name === SO_FAR ? `${nameOf(outcome)} so far` : nameOf(outcome),
        verdict: verdictOf(outcome),
        href: hrefOf(name),
      })),
      become: become === null ? null : hrefOf(become),
    };
  }
}

export const hrefOf = (name: string): string => `report/${name}`;

const render = async (outcome: Outcome): Promise<string> =>
  await wholeOf(REPORTERS.html.render([outcome]) ?? '');
