import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { createSummary, type InterimSummary } from '@livekit-swarm/analysis';
import { LiveFold } from '@livekit-swarm/analysis/live';
import type { RecordLine } from '@livekit-swarm/record';
import type { Outcome } from '@livekit-swarm/report';
import {
  CHARTED,
  type LiveMessage,
  LiveMessages,
  type RunNumber,
} from '@livekit-swarm/report/live';
import { createLiveApp } from './app.ts';
import { eventOf, LiveFeed } from './feed.ts';
import { hrefOf, ReportPages, SO_FAR } from './live-reports.ts';
import { serveOnLoopback } from './serve.ts';

/** Receiver of the lines of one run. */
export interface LiveTap {
  /** Adds a line. It must not throw: the run does not depend on the page. */
  add(line: RecordLine): void;
  /** Sets the summary of the run, on which thresholds are evaluated; the run folds it anyway. */
  observe(interim: () => InterimSummary): void;
}

/** A page that shows runs while they are under way. */
export interface LivePage {
  /** URL with the token: clients that know it can read the page. */
  readonly url: string;
  /** Begins a run. */
  begin(number: RunNumber): LiveTap;
  /** Begins the run of an existing record: nothing is sent before all of its lines were read. */
  beginRecord(): { add(lines: readonly RecordLine[]): void };
  /** Reports that a run has ended, or did not start. */
  finished(outcome: Outcome): void;
  /**
   * Shows a note about the record to readers; null removes it.
   * @param outcome report of the lines read so far
   */
  notice(text: string | null, outcome?: Outcome): void;
  /**
   * Reports that no run follows: with a single run, the page becomes its report. Resolves when the
   * browsers have it, or after a few seconds.
   */
  done(): Promise<void>;
  close(): Promise<void>;
}

export interface LivePageOptions {
  /** Port; 0: any free one. */
  port: number;
  /** Called for an error of the page; the run continues. */
  onError(message: string): void;
}

const MAX_BROWSERS = 16;
/**
 * Interval of evaluating thresholds without a browser, s, so that a browser that connects later
 * shows crossings on the axis.
 */
const EVALUATE_EVERY_S = 10;
/**
 * Time within which a browser must fetch the report, ms; after it, the browser counts as closed.
 */
const BECOME_TIMEOUT_MS = 10_000;
const BECOME_POLL_MS = 50;

const ONLY: RunNumber = { number: 1, of: 1 };

/** Ignores an error that the browser gets. */
const ignore = (): void => {};

/**
 * Opens the page on loopback.
 * @throws SwarmError `usage` if the port cannot be used
 */
export const openLivePage = async ({ port, onError }: LivePageOptions): Promise<LivePage> => {
  const token = randomBytes(16).toString('base64url');
  const reports = new ReportPages();
  let run = new LiveFold(CHARTED, null);
  let messages = new LiveMessages(run, ONLY);
  let sinceEvaluated = 0;
  let ended = 0;
  let moved: string | null = null;
  let fetched = 0;
  let notice: string | null = null;
  /** Whole state of this second, shared by all browsers that connect in it. */
  let full: Uint8Array | null = null;

  const messageOf = (message: LiveMessage): Uint8Array => eventOf(JSON.stringify(message));
  const reportsMessage = (): Uint8Array => messageOf(reports.message(moved));

  const everything = (): Uint8Array[] => {
    if (full === null) {
      run.evaluate();
      full = messageOf(messages.full());
    }
    return [
      full,
      reportsMessage(),
      ...(notice === null ? [] : [messageOf({ kind: 'notice', text: notice })]),
    ];
  };
  const feed = new LiveFeed(everything);

  const publishAll = (): void => {
    full = null;
    if (feed.size > 0) for (const message of everything()) feed.publish(message);
  };

  /** Publishes the complete seconds of the run. */
  const publish = (seconds: number): void => {
    full = null;
    sinceEvaluated += seconds;
    if (feed.size === 0) {
      messages.skip();
      if (sinceEvaluated >= EVALUATE_EVERY_S) evaluate();
      return;
    }
    evaluate();
    const message = messages.next();
    if (message === null) publishAll();
    else feed.publish(messageOf(message));
  };

  const evaluate = (): void => {
    sinceEvaluated = 0;
    run.evaluate();
  };

  /** Reports errors of the page, which must never end the run that it shows. */
  const safely = (work: () => void): void => {
    try {
      work();
    } catch (error) {
      onError(error instanceof Error ? error.message : String(error));
    }
  };

  const start = (next: LiveFold, which: RunNumber): void => {
    run = next;
    messages = new LiveMessages(next, which);
    sinceEvaluated = 0;
    safely(publishAll);
  };

  const app = createLiveApp({
    token,
    connect: () => (feed.size >= MAX_BROWSERS ? null : feed.connect()),
    report: (name) => {
      const page = reports.page(name);
      if (name === moved) void page?.then(() => fetched++, ignore);
      return page;
    },
    moved: () => (moved === null ? null : hrefOf(moved)),
  });
  const listening = await serveOnLoopback(app, port);

  return {
    url: `http://127.0.0.1:${listening.port}/${token}/`,
    begin: (which) => {
      const own = new LiveFold(CHARTED, null);
      start(own, which);
      return {
        add: (line) =>
          safely(() => {
            if (own.add(line) && own === run) publish(1);
          }),
        observe: (interim) => own.observe(interim),
      };
    },
    beginRecord: () => {
      const own = new LiveFold(CHARTED, createSummary());
      start(own, ONLY);
      return {
        add: (lines) => {
          let seconds = 0;
          for (const line of lines) {
            if (!own.add(line)) continue;
            seconds++;
            if (++sinceEvaluated >= EVALUATE_EVERY_S) evaluate();
          }
          if (seconds > 0) safely(() => publish(seconds));
        },
      };
    },
    finished: (outcome) => {
      reports.remove(SO_FAR);
      reports.add(String(++ended), outcome);
      safely(publishAll);
    },
    notice: (text, outcome) => {
      notice = text;
      if (outcome === undefined) reports.remove(SO_FAR);
      else reports.add(SO_FAR, outcome);
      feed.publish(messageOf({ kind: 'notice', text }));
      feed.publish(reportsMessage());
    },
    done: async () => {
      if (ended !== 1) return;
      const expected = feed.size;
      moved = '1';
      feed.publish(reportsMessage());
      const until = performance.now() + BECOME_TIMEOUT_MS;
      while (fetched < expected && performance.now() < until) await sleep(BECOME_POLL_MS);
    },
    close: async () => {
      feed.close();
      await listening.close();
    },
  };
};
