import type { DrillResult, Finding, NewcomerResult, RepeatResult } from '@livekit-swarm/chaos';
import { alertSpans, OBJECTIVES } from '@livekit-swarm/chaos';
import { plural } from '@livekit-swarm/settings';
import { formatCount, formatMs, formatShare, formatTime, shorten } from '../format.ts';
import { measuredOf } from '../phrases/threshold.ts';
import { MARKS, type Style } from '../style.ts';
import { renderTable } from '../table.ts';
import { wrap } from '../wrap.ts';
import {
  falseClaims,
  formatGap,
  healedWords,
  injectedWords,
  isJudged,
  recoverySentence,
  rejoinSentence,
  sayAlert,
  sayComeback,
  sayIslands,
  someOf,
  waysSentence,
} from './phrases.ts';

/** Lines of one part of the report; none when there is nothing to say. */
export type Section = (repeat: RepeatResult, style: Style, result: DrillResult) => string[];

export const objectivesSection: Section = (repeat, style) => {
  const { findings, thresholds } = repeat;
  if (!isJudged(repeat)) return [];
  const short = findings.filter((finding) => !isLong(finding));
  const rows = [
    ...short.map(({ ok, objective, found, asked }) => [
      markOf(ok, style),
      OBJECTIVES[objective],
      found,
      asked,
    ]),
    ...thresholds.map((result) => [
      markOf(result.ok, style),
      shorten(result.metric, LONGEST_METRIC),
      measuredOf(result),
      result.expression,
    ]),
  ];
  return [
    ...(rows.length === 0
      ? []
      : renderTable([['', 'objective', 'found', 'asked'].map(style.dim), ...rows], [0, 1])),
    ...findings
      .filter(isLong)
      .flatMap(({ ok, objective, found, asked }) => [
        `  ${markOf(ok, style)}  ${OBJECTIVES[objective]}`,
        ...wrap('       found: ', found),
        ...wrap('       asked: ', asked),
      ]),
  ];
};

/** What a column has room for. Alerts are several in one. */
const LONGEST_CELL = 20;

const isLong = ({ found, asked }: Finding): boolean =>
  Math.max(found.length, asked.length) > LONGEST_CELL;

/** With its selector a metric can be as long as a line. */
const LONGEST_METRIC = 50;

const markOf = (ok: boolean | null, style: Style): string =>
  ok === null
    ? style.unsure(MARKS.inconclusive)
    : ok
      ? style.good(MARKS.passed)
      : style.bad(MARKS.failed);

/** More of a kind than anybody reads. */
const MOST_FAULTS = 20;
const MOST_ROOMS = 10;

/** As many of the lines of a list as are read, and how many there are beside. */
const first = (most: number, lines: readonly (readonly string[])[], one: string): string[] => [
  ...lines.slice(0, most).flat(),
  ...(lines.length > most
    ? [`  … and ${plural(lines.length - most, `${one} more`, `${one}s more`)}`]
    : []),
];

export const faultsSection: Section = (repeat, style, result) => {
  const { faults, skipped, rooms } = repeat.recovery;
  const control = rooms.filter((room) => room.control).length;
  const injected = faults.map((fault) => {
    const { target, members, at, healedAt } = fault;
    const healed = healedWords(healedAt, repeat, formatTime);
    return wrap(
      '  ⚡ ',
      `${formatTime(at)}  ${injectedWords(fault, result)} · ${someOf(members) || 'nobody'} (${target}), ${healed}`,
    );
  });
  return [
    ...first(MOST_FAULTS, injected, 'fault'),
    ...skipped.flatMap(({ fault, message }) =>
      wrap('  – ', style.unsure(`${fault} was skipped: ${message}`)),
    ),
    ...(faults.length === 0
      ? []
      : [`    ${plural(rooms.length - control, 'room')} hit, ${control} control`]),
  ];
};

export const recoverySection: Section = (repeat, style) => {
  const { recovery } = repeat;
  const { rooms } = recovery;
  if (recovery.participants.length === 0 || repeat.verdict === 'void') return [];
  const rejoined = rejoinSentence(repeat);
  const claims = falseClaims(repeat);
  const split = rooms.filter(({ splitBrain }) => splitBrain);
  const lost = rooms.filter((room) => room.lost);
  const wrong = rooms.filter(({ registryAgrees }) => registryAgrees === false);
  return [
    ...wrap('  ', recoverySentence(recovery)),
    ...wrap('  ', waysSentence(repeat)),
    ...(rejoined === null ? [] : wrap('  ', rejoined)),
    ...(claims === 0
      ? []
      : wrap(
          '  ',
          style.bad(
            `${plural(claims, 'participant')} had been told that they are back, and did not hear everybody`,
          ),
        )),
    ...first(
      MOST_ROOMS,
      split.map(({ room, islands }) =>
        wrap('  ', style.bad(`${someOf([room])} is in split brain: ${sayIslands(islands)}`)),
      ),
      'room in split brain',
    ),
    ...(lost.length === 0
      ? []
      : wrap('  ', style.bad(`nobody hears anybody in ${someOf(lost.map(({ room }) => room))}`))),
    ...(wrong.length === 0
      ? []
      : wrap(
          '  ',
          style.bad(
            `Redis names another node than people are on for ${someOf(wrong.map(({ room }) => room))}`,
          ),
        )),
    ...(rooms.some(({ control }) => control)
      ? [`  control rooms: longest silence ${formatGap(recovery.controlGapMs)}`]
      : []),
  ];
};

export const windowSection: Section = ({ windows }, style) =>
  windows.length === 0
    ? []
    : renderTable(
        [
          ['', 'joined', 'not in', 'join p95', '↓ pkt/s', 'loss', 'jitter p95', 'latency p95'].map(
            style.dim,
          ),
          ...windows.map(
            ({
              name,
              joined,
              joinFailures,
              joinP95Ms,
              packetsPerSecond,
              loss,
              jitterP95Ms,
              latencyP95Ms,
            }) => [
              `@${name}`,
              String(joined),
              String(joinFailures),
              formatMs(joinP95Ms),
              formatCount(packetsPerSecond === null ? null : Math.round(packetsPerSecond)),
              formatShare(loss),
              formatMs(jitterP95Ms),
              formatMs(latencyP95Ms),
            ],
          ),
        ],
        [0],
      );

export const newcomersSection: Section = ({ recovery: { newcomers } }, style) => {
  if (newcomers.length === 0) return [];
  const rows = (['baseline', 'fault', 'recovery'] as const).flatMap((window) =>
    [false, true].flatMap((newRoom) => {
      const came = newcomers.filter(
        (newcomer) => newcomer.window === window && newcomer.newRoom === newRoom,
      );
      return came.length === 0
        ? []
        : [[window, newRoom ? 'new rooms' : 'rooms that were there', ...figuresOf(came)]];
    }),
  );
  return renderTable(
    [['newcomers', '', 'came', 'in', 'worst join', 'found everybody'].map(style.dim), ...rows],
    [0, 1],
  );
};

const figuresOf = (came: readonly NewcomerResult[]): string[] => {
  const joined = came.filter(({ failure }) => failure === null);
  const found = joined.filter(
    ({ sees, present, hears, speaking }) => sees >= present && hears >= speaking,
  );
  const worst = joined.length === 0 ? null : Math.max(...joined.map(({ joinMs }) => joinMs ?? 0));
  return [
    String(came.length),
    String(joined.length),
    formatMs(worst),
    `${found.length} of ${joined.length}`,
  ];
};

export const clusterSection: Section = ({ recovery }) => {
  const { backends, comebacks, faults } = recovery;
  const ghosts = recovery.ghosts ?? [];
  const least = backends.reduce<(typeof backends)[number] | null>(
    (a, b) => (a === null || b.healthy < a.healthy ? b : a),
    null,
  );
  const since = faults[0]?.at ?? 0;
  return [
    ...(least === null
      ? []
      : [
          `  load balancer: at least ${least.healthy} of ${plural(least.total, 'healthy backend')}`,
        ]),
    ...comebacks.flatMap((comeback) => wrap('  ', sayComeback(comeback))),
    ...(ghosts.length === 0
      ? []
      : wrap(
          '  ',
          `ghosts at the end (rooms that are listed and nobody serves): ${someOf(ghosts)}`,
        )),
    ...alertSpans(recovery).flatMap((span) => wrap('  ', sayAlert(span, since))),
  ];
};

export const recordSection: Section = ({ record }, style) => [style.dim(`  record: ${record}`)];
