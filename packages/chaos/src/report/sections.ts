import {
  formatCount,
  formatMs,
  formatShare,
  formatTime,
  MARKS,
  measuredOf,
  plural,
  renderTable,
  type Style,
  wrap,
} from '@livekit-swarm/report';
import type { DrillResult, RepeatResult } from '../measure/drill-result.ts';
import { OBJECTIVES } from '../measure/judge-repeat.ts';
import type { NewcomerResult } from '../measure/recovery.ts';
import { falseClaims, formatGap, rejoinSentence, sayComeback, waysSentence } from './words.ts';

/** Lines of one part of the report; none when there is nothing to say. */
export type Section = (repeat: RepeatResult, style: Style, result: DrillResult) => string[];

export const objectivesSection: Section = ({ findings, thresholds }, style) => {
  const rows = [
    ...findings.map(({ ok, objective, found, asked }) => [markOf(ok, style), OBJECTIVES[objective], found, asked]),
    ...thresholds.map((result) => [markOf(result.ok, style), result.metric, measuredOf(result), result.expression]),
  ];
  return rows.length === 0 ? [] : renderTable([['', 'objective', 'found', 'asked'].map(style.dim), ...rows], [0, 1]);
};

const markOf = (ok: boolean | null, style: Style): string =>
  ok === null ? style.unsure(MARKS.inconclusive) : ok ? style.good(MARKS.passed) : style.bad(MARKS.failed);

export const faultsSection: Section = ({ recovery: { faults, skipped, rooms } }, style) => [
  ...faults.flatMap(({ fault, target, members, at, healedAt }) => {
    const healed = healedAt === null ? 'healed when it was over' : `healed at ${formatTime(healedAt)}`;
    return wrap('  ⚡ ', `${formatTime(at)}  ${fault} · ${members.join(', ') || 'nobody'} (${target}), ${healed}`);
  }),
  ...skipped.flatMap(({ fault, message }) => wrap('  – ', style.unsure(`${fault} was skipped: ${message}`))),
  ...(faults.length === 0
    ? []
    : [
        `    ${plural(rooms.filter(({ control }) => !control).length, 'room')} hit, ${rooms.filter(({ control }) => control).length} control`,
      ]),
];

export const recoverySection: Section = (repeat, style) => {
  const { rto, pairsHit, neverRecovered, pairs, rooms, controlGapMs } = repeat.recovery;
  const rejoined = rejoinSentence(repeat);
  const claims = falseClaims(repeat);
  const split = rooms.filter(({ splitBrain }) => splitBrain);
  const lost = rooms.filter((room) => room.lost);
  const wrong = rooms.filter(({ registryAgrees }) => registryAgrees === false);
  return [
    rto === null
      ? `  ${pairsHit === 0 ? 'nobody fell silent' : 'nobody came back'}`
      : `  back after ${formatMs(rto.p50)} (median), ${formatMs(rto.p95)} (p95), ${formatMs(rto.max)} (worst): ${pairsHit - neverRecovered} of ${plural(pairsHit, 'pair')} that fell silent, of ${pairs.length}`,
    ...wrap('  ', waysSentence(repeat)),
    ...(rejoined === null ? [] : wrap('  ', rejoined)),
    ...(claims === 0
      ? []
      : wrap('  ', style.bad(`${plural(claims, 'participant')} had been told that they are back, and did not hear everybody`))),
    ...split.flatMap(({ room, islands }) =>
      wrap('  ', style.bad(`${room} is in split brain: ${islands.map((island) => `{${island.join(', ')}}`).join(' ')}`)),
    ),
    ...lost.flatMap(({ room }) => wrap('  ', style.bad(`${room} is lost: nobody hears anybody`))),
    ...(wrong.length === 0
      ? []
      : wrap('  ', style.bad(`Redis names another node than people are on for ${wrong.map(({ room }) => room).join(', ')}`))),
    ...(rooms.some(({ control }) => control) ? [`  control rooms: longest silence ${formatGap(controlGapMs)}`] : []),
  ];
};

export const windowSection: Section = ({ windows }, style) =>
  windows.length === 0
    ? []
    : renderTable(
        [
          ['', 'joined', 'not in', 'join p95', '↓ pkt/s', 'loss', 'jitter p95', 'latency p95'].map(style.dim),
          ...windows.map(({ name, joined, joinFailures, joinP95Ms, packetsPerSecond, loss, jitterP95Ms, latencyP95Ms }) => [
            `@${name}`,
            String(joined),
            String(joinFailures),
            formatMs(joinP95Ms),
            formatCount(packetsPerSecond === null ? null : Math.round(packetsPerSecond)),
            formatShare(loss),
            formatMs(jitterP95Ms),
            formatMs(latencyP95Ms),
          ]),
        ],
        [0],
      );

export const newcomersSection: Section = ({ recovery: { newcomers } }, style) => {
  if (newcomers.length === 0) return [];
  const rows = (['baseline', 'fault', 'recovery'] as const).flatMap((window) =>
    [false, true].flatMap((newRoom) => {
      const came = newcomers.filter((newcomer) => newcomer.window === window && newcomer.newRoom === newRoom);
      return came.length === 0 ? [] : [[window, newRoom ? 'new rooms' : 'rooms that were there', ...figuresOf(came)]];
    }),
  );
  return renderTable([['newcomers', '', 'came', 'in', 'worst join', 'found everybody'].map(style.dim), ...rows], [0, 1]);
};

const figuresOf = (came: readonly NewcomerResult[]): string[] => {
  const joined = came.filter(({ failure }) => failure === null);
  const found = joined.filter(({ sees, present, hears, speaking }) => sees >= present && hears >= speaking);
  const worst = joined.length === 0 ? null : Math.max(...joined.map(({ joinMs }) => joinMs ?? 0));
  return [String(came.length), String(joined.length), formatMs(worst), `${found.length} of ${joined.length}`];
};

export const clusterSection: Section = ({ recovery: { backends, comebacks, alerts, ghosts, faults } }) => {
  const least = backends.reduce<(typeof backends)[number] | null>((a, b) => (a === null || b.healthy < a.healthy ? b : a), null);
  const since = faults[0]?.at ?? 0;
  const fired = alerts.filter(({ state }) => state === 'firing');
  return [
    ...(least === null ? [] : [`  load balancer: at least ${least.healthy} of ${plural(least.total, 'healthy backend')}`]),
    ...comebacks.flatMap((comeback) => wrap('  ', sayComeback(comeback))),
    ...(ghosts.length === 0
      ? []
      : wrap('  ', `ghosts at the end (rooms that are listed and nobody serves): ${ghosts.join(', ')}`)),
    ...fired.flatMap(({ name, at }) => wrap('  ', `alert ${name} after ${formatMs(at - since)}`)),
  ];
};

export const recordSection: Section = ({ record }, style) => [style.dim(`  record: ${record}`)];
