import type { Verdict } from '@livekit-swarm/analysis';
import type { TableData } from '../text-layout.ts';

/** A table of a page, below its title. */
export interface PageSection {
  title: string;
  table: TableData;
  /** Legend of the table. */
  note?: string;
}

/**
 * A result whose figures fit into tables, before it is rendered as HTML or Markdown. All texts may
 * come from servers and users.
 */
export interface ResultPage {
  /** `capacity`, `soak`, … */
  kind: string;
  /** Name of the scenario, or address of the deployment. */
  subject: string;
  /** Colour and mark of the page; null: the result has no verdict. */
  tone: Verdict | null;
  /** The result in one sentence. */
  headline: string;
  /** Sentence below the headline: what was tested where, and the exit code. */
  lead: string;
  /** Requirement of the user; null: none. */
  asked: string | null;
  reasons: readonly string[];
  sections: readonly PageSection[];
  /** ISO 8601; null: not known. */
  startedAt: string | null;
}
