import type { BeaconBody, BeaconReport } from './payload.ts';
import type { TokenProvider } from './token-provider.ts';

/** Queue of reports to the exporter: in order, each until it was accepted, limited in size. */
export interface Outbox {
  /** Further reports belong to a new session. */
  begin(): void;
  put(report: Omit<BeaconReport, 'seq'>): void;
  /** Sends the queued reports, except during the back-off after a failure. Never rejects. */
  send(last?: 'last'): Promise<void>;
  /** Sends the queued reports with sendBeacon, for a page that may be closed. */
  sendNow(): void;
}

export interface OutboxOptions {
  url: string;
  token: TokenProvider;
  intervalMs: number;
  maxQueue: number;
  software: Pick<BeaconBody, 'sdk' | 'browser'>;
  onError(problem: unknown): void;
}

interface Waiting {
  session: string;
  report: BeaconReport;
}

/** Streams in one report: a report stays below 20 kB. */
const MAX_STREAMS = 64;
/** Browsers limit sendBeacon and keepalive to 64 KiB in total. */
const MAX_BODY = 48_000;
/** The exporter accepts up to 128 reports per request. */
const MAX_REPORTS = 100;
const TIMEOUT_MS = 10_000;
const LONGEST_WAIT_MS = 300_000;
/** Statuses after which a retry would fail again. */
const HOPELESS = [400, 413, 422];
const REFUSED = [401, 403];

export const createOutbox = ({
  url,
  token,
  intervalMs,
  maxQueue,
  software,
  onError,
}: OutboxOptions): Outbox => {
  let queue: Waiting[] = [];
  let session = newSession();
  let seq = 0;
  let dropped = 0;
  let failures = 0;
  let notBefore = 0;
  let sending: Promise<void> | undefined;

  const begin = (): void => {
    session = newSession();
    seq = 0;
  };

  const put = ({ streams, ...rest }: Omit<BeaconReport, 'seq'>): void => {
    const parts = Math.max(1, Math.ceil(streams.length / MAX_STREAMS));
    for (let part = 0; part < parts; part++) {
      const share = streams.slice(part * MAX_STREAMS, (part + 1) * MAX_STREAMS);
      queue.push({
        session,
        report: {
          seq: seq++,
          ...(part === 0 ? rest : continued(rest)),
          streams: share,
        },
      });
    }
    const tooMany = queue.length - maxQueue;
    if (tooMany > 0) {
      dropped += tooMany;
      queue = queue.slice(tooMany);
    }
  };

  /** The oldest reports that fit into one body. */
  const batch = (): Waiting[] => {
    const first = queue[0];
    if (first === undefined) return [];
    let size = 0;
    const fitting = queue.findIndex((waiting, index) => {
      size += JSON.stringify(waiting.report).length;
      return (
        waiting.session !== first.session || index >= MAX_REPORTS || (index > 0 && size > MAX_BODY)
      );
    });
    const taken = fitting === -1 ? [...queue] : queue.slice(0, fitting);
    // Part of the next report that is sent, and of every retransmission of that report.
    if (dropped > 0) first.report.dropped = (first.report.dropped ?? 0) + dropped;
    dropped = 0;
    return taken;
  };

  const bodyOf = (taken: Waiting[], withToken?: string): string => {
    const body: BeaconBody = {
      v: 1,
      session: taken[0]?.session ?? session,
      ...software,
      reports: taken.map(({ report }) => report),
      ...(withToken === undefined ? {} : { token: withToken }),
    };
    return JSON.stringify(body);
  };

  const remove = (taken: Waiting[]): void => {
    queue = queue.filter((waiting) => !taken.includes(waiting));
  };

  const post = async (taken: Waiting[], last: boolean): Promise<Response> => {
    const ask = async () =>
      fetch(url, {
        method: 'POST',
        headers: {
          authorization: `Bearer ${await token.get()}`,
          'content-type': 'application/json',
        },
        body: bodyOf(taken),
        credentials: 'omit',
        referrerPolicy: 'no-referrer',
        keepalive: last,
        signal: AbortSignal.timeout?.(TIMEOUT_MS) ?? null,
      });
    const answer = await ask();
    if (!REFUSED.includes(answer.status)) return answer;
    token.rejected();
    return ask();
  };

  const wait = (retryAfter: string | null): void => {
    failures += 1;
    // Random between half and all of it, so that many pages do not retry at the same time.
    const backOff =
      Math.min(LONGEST_WAIT_MS, intervalMs * 2 ** Math.min(failures - 1, 10)) *
      (0.5 + Math.random() / 2);
    notBefore =
      performance.now() +
      Math.max(backOff, Math.min(LONGEST_WAIT_MS, 1_000 * Number(retryAfter ?? 0) || 0));
  };

  const sendAll = async (last: boolean): Promise<void> => {
    for (let taken = batch(); taken.length > 0; taken = batch()) {
      const answer = await post(taken, last);
      if (!answer.ok && !HOPELESS.includes(answer.status)) {
        wait(answer.headers.get('retry-after'));
        throw new Error(`${url} answered ${answer.status}`);
      }
      remove(taken);
      failures = 0;
      if (!answer.ok)
        throw new Error(
          `${url} rejected a report: ${answer.status} ${(await answer.text()).slice(0, 200)}`,
        );
    }
  };

  const send = async (last?: 'last'): Promise<void> => {
    // One request at a time: the exporter accepts reports in order.
    while (sending !== undefined) await sending;
    if (last === undefined && performance.now() < notBefore) return;
    sending = sendAll(last === 'last')
      .catch((error) => {
        if (performance.now() >= notBefore) wait(null);
        onError(error);
      })
      .finally(() => {
        sending = undefined;
      });
    await sending;
  };

  const sendNow = (): void => {
    const known = token.last();
    if (known === undefined) return;
    const before = queue;
    for (let taken = batch(); taken.length > 0; taken = batch()) {
      // Plain text needs no CORS preflight, whose response a closed page would not receive.
      const body = new Blob([bodyOf(taken, known)], { type: 'text/plain;charset=UTF-8' });
      if (navigator.sendBeacon?.(url, body) !== true) break;
      remove(taken);
    }
    // sendBeacon reports no result. After failures, a page that was only hidden sends them again;
    // the exporter counts each once.
    if (failures > 0) queue = before;
  };

  return { begin, put, send, sendNow };
};

/** Facts that further reports of the same period repeat. */
const continued = ({ ms, participant }: Omit<BeaconReport, 'seq' | 'streams'>) => ({
  ms,
  ...(participant === undefined ? {} : { participant }),
  part: true as const,
});

/** Not a secret: the exporter distinguishes sessions of different participants by their tokens. */
const newSession = (): string =>
  [1, 2].map(() => Math.random().toString(36).slice(2).padEnd(11, '0')).join('');
