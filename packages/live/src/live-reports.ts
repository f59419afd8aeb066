import { nameOf, type Outcome, REPORTERS, verdictOf, wholeOf } from '@livekit-swarm/report';
import type { LiveReports } from '@livekit-swarm/report/live';

interface Entry {
  outcome: Outcome;
  /** HTML page; null until it is requested. */
  page: Promise<string> | null;
}

/** Name of the report of a record whose run may not have ended. */
export const SO_FAR = 'so-far';

/** Reports of the runs of a command. Each is made once, when a browser requests it. */
export class ReportPages {
  readonly #entries = new Map<string, Entry>();

  add(name: string, outcome: Outcome): void {
    this.#entries.set(name, { outcome, page: null });
  }

  remove(name: string): void {
    this.#entries.delete(name);
  }

  /**
   * HTML page of a report.
   * @returns null if there is no report of this name
   */
  page(name: string): Promise<string> | null {
    const entry = this.#entries.get(name);
    if (entry === undefined) return null;
    entry.page ??= render(entry.outcome);
    return entry.page;
  }

  /**
   * Message with the reports.
   * @param become name of the report that the page becomes; null: none
   */
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
