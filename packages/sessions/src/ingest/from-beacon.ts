import type { Entry, JournalEvent, SessionFacts, StreamFigures } from '../journal/entries.ts';
import type { CountedReport, CountedReports, CountedStream } from './counted-reports.ts';

/**
 * Number of connections whose last report is remembered, for values that only the first report of a
 * period contains.
 */
const MOST_KNOWN = 50_000;

interface Known {
  sid: string;
  path: string | undefined;
}

/**
 * Create a function that turns reports of browsers into entries. Reports contain durations only:
 * the last report of a request ended when the request arrived.
 * @param nodeOf returns the node of a room by the registry, which outranks the node that a page
 * names
 */
export const createBeaconIngest = (
  nodeOf: (room: string) => string | undefined = () => undefined,
): ((counted: CountedReports, nowMs: number) => Entry[]) => {
  const known = new Map<string, Known>();

  const entriesOf = (counted: CountedReports, report: CountedReport, toMs: number): Entry[] => {
    const { holder, session, sdk, browser } = counted;
    const { room, identity } = holder;
    // One page may report for several participants.
    const key = `${identity} ${room} ${session}`;
    const before = known.get(key);
    const sid = report.participant ?? before?.sid ?? `beacon_${session}`;
    const path = report.part === true ? before?.path : (report.transport ?? before?.path);
    known.delete(key);
    if (report.end !== true) known.set(key, { sid, path });
    if (known.size > MOST_KNOWN) known.delete(known.keys().next().value ?? '');
    const facts: SessionFacts = {
      sid,
      room,
      identity,
      sdk,
      browser,
      path,
      node: nodeOf(room) ?? report.node,
      network: report.network,
    };
    const entry = { atMs: toMs, room, session: facts };
    const events = report.part === true ? [] : eventsOf(report, before?.path, path);
    return [
      {
        ...entry,
        interval: { fromMs: toMs - report.ms, toMs, streams: report.streams.map(figuresOf) },
      },
      ...events.map((event): Entry => ({ ...entry, event })),
    ];
  };

  return (counted, nowMs) => {
    let toMs = nowMs;
    const entries: Entry[][] = [];
    for (const report of counted.reports.toReversed()) {
      entries.unshift(entriesOf(counted, report, toMs));
      // Further parts of a period repeat its length.
      if (report.part !== true) toMs -= report.ms;
    }
    return entries.flat();
  };
};

const eventsOf = (
  { reconnects = 0 }: CountedReport,
  before: string | undefined,
  path: string | undefined,
): JournalEvent[] => [
  ...(reconnects > 0
    ? [{ code: 'reconnected' as const, detail: reconnects > 1 ? `${reconnects} times` : null }]
    : []),
  ...(before !== undefined && path !== undefined && before !== path
    ? [{ code: 'path_changed' as const, detail: `${before} → ${path}` }]
    : []),
];

const figuresOf = (stream: CountedStream): StreamFigures => {
  const { direction, kind, publisher, expectedMs, jitter, rtt } = stream;
  return {
    direction,
    kind,
    publisher: publisher ?? null,
    expectedMs: Math.round(expectedMs),
    packets: stream.packets ?? 0,
    lost: stream.lost ?? 0,
    recovered: stream.recovered ?? 0,
    nacks: stream.nacks ?? 0,
    jitterMs: jitter === undefined ? null : inMs(jitter),
    rttMs: rtt === undefined ? null : inMs(rtt),
    frames: stream.frames ?? 0,
    framesDropped: stream.framesDropped ?? 0,
    freezeMs: inMs(stream.freezeSeconds),
    codecMs: inMs(stream.codecSeconds),
    cpuLimitedMs: inMs(stream.cpuLimitedSeconds),
    samples: stream.samples ?? 0,
    concealed: Math.max(0, (stream.concealed ?? 0) - (stream.silentConcealed ?? 0)),
  };
};

/** Seconds in milliseconds, rounded to a tenth. */
const inMs = (seconds = 0): number => Math.round(seconds * 10_000) / 10;
