import type { DrillResult, ObjectiveResult, RepeatResult } from '@livekit-swarm/chaos';
import { alertSpans, describeTarget } from '@livekit-swarm/chaos';
import { plural } from '@livekit-swarm/settings';
import { formatTime } from '../format.ts';
import { type Paint, renderHeadedTable, type Style, wrap } from '../text-layout.ts';
import {
  describeAlert,
  describeContinuity,
  describeConversations,
  describeFalseReconnects,
  describeInjection,
  describeKeyRotation,
  describePartitions,
  describeRecovery,
  describeRecoveryMethods,
  describeRejoins,
  describeReplacement,
  describeResumedWithoutMedia,
  describeRollback,
  describeViolation,
  expectedText,
  falseReconnects,
  formatInterruption,
  hasVerdict,
  listSome,
  measuredText,
  objectiveLabel,
} from './phrases.ts';
import {
  continuityTable,
  conversationTable,
  joinProbeTable,
  keyTable,
  markOf,
  nameTable,
  objectiveTable,
  roleTable,
  stateTable,
  windowTable,
} from './table-data.ts';

/** Lines of one section of the report; none when it is empty. */
export type Section = (repeat: RepeatResult, style: Style, result: DrillResult) => string[];

export const objectivesSection: Section = (repeat, style) => {
  const { objectives, thresholds } = repeat;
  if (!hasVerdict(repeat)) return [];
  const short = objectives.filter((finding) => !isLong(finding));
  const { head, rows, left } = objectiveTable(repeat, short);
  const results = [...short.map(({ met }) => met), ...thresholds.map(({ ok }) => ok)];
  const painted = rows.map(([mark = '', ...cells], index) => [
    paintOfMark(results[index] ?? null, style)(mark),
    ...cells,
  ]);
  return [
    ...renderHeadedTable({ head, rows: painted, left }, style),
    ...objectives
      .filter(isLong)
      .flatMap((result) => [
        `  ${paintOfMark(result.met, style)(markOf(result.met))}  ${objectiveLabel(result)}`,
        ...wrap('       measured: ', measuredText(result)),
        ...wrap('       expected: ', expectedText(result)),
      ]),
  ];
};

/** Width of a column; several alerts are longer. */
const MAX_CELL = 20;

const isLong = (result: ObjectiveResult): boolean =>
  Math.max(measuredText(result).length, expectedText(result).length) > MAX_CELL;

const paintOfMark = (ok: boolean | null, style: Style): Paint =>
  ok === null ? style.unsure : ok ? style.good : style.bad;

/** Most faults of one kind that are listed; more are counted. */
const MAX_FAULTS = 20;
const MAX_ROOMS = 10;

/** The first lines of a list, and the number of the others. */
const first = (most: number, lines: readonly (readonly string[])[], one: string): string[] => [
  ...lines.slice(0, most).flat(),
  ...(lines.length > most
    ? [`  … and ${plural(lines.length - most, `${one} more`, `${one}s more`)}`]
    : []),
];

export const faultsSection: Section = (repeat, style) => {
  const { faults, skipped, rooms } = repeat.recovery;
  const control = rooms.filter((room) => room.controlGroup).length;
  const injected = faults.map((fault) => {
    const { target, components, injectedAt, rolledBackAt } = fault;
    const rolledBack = describeRollback(rolledBackAt, repeat, formatTime);
    return wrap(
      '  ⚡ ',
      `${formatTime(injectedAt)}  ${describeInjection(fault)} · ${listSome(components) || 'no component'} (${describeTarget(target)}), ${rolledBack}`,
    );
  });
  return [
    ...first(MAX_FAULTS, injected, 'fault'),
    ...skipped.flatMap(({ fault, detail }) =>
      wrap('  – ', style.unsure(`fault skipped: ${fault} (${detail})`)),
    ),
    ...(faults.length === 0
      ? []
      : [
          `    ${plural(rooms.length - control, 'room')} affected, ${control} in the control group`,
        ]),
  ];
};

export const recoverySection: Section = (repeat, style) => {
  const { recovery } = repeat;
  const { rooms } = recovery;
  if (recovery.participants.length === 0 || repeat.verdict === 'void') return [];
  const rejoined = describeRejoins(repeat);
  const claims = falseReconnects(repeat);
  const resumed = describeResumedWithoutMedia(repeat);
  const split = rooms.filter(({ splitBrain }) => splitBrain);
  const lost = rooms.filter((room) => room.withoutMedia);
  const wrong = rooms.filter(({ registryConsistent }) => registryConsistent === false);
  return [
    ...wrap('  ', describeRecovery(recovery)),
    ...wrap('  ', describeRecoveryMethods(repeat)),
    ...(rejoined === null ? [] : wrap('  ', rejoined)),
    ...(claims === 0 ? [] : wrap('  ', style.bad(describeFalseReconnects(claims)))),
    ...(resumed === null ? [] : wrap('  ', style.bad(resumed))),
    ...first(
      MAX_ROOMS,
      split.map(({ room, partitions }) =>
        wrap(
          '  ',
          style.bad(`${listSome([room])} in split brain: ${describePartitions(partitions)}`),
        ),
      ),
      'room in split brain',
    ),
    ...(lost.length === 0
      ? []
      : wrap('  ', style.bad(`no media in ${listSome(lost.map(({ room }) => room))}`))),
    ...(wrong.length === 0
      ? []
      : wrap(
          '  ',
          style.bad(
            `Redis names another node than the participants' for ${listSome(wrong.map(({ room }) => room))}`,
          ),
        )),
    ...first(
      MAX_ROOMS,
      recovery.violations.map((one) =>
        wrap('  ', style.bad(`invariant violated: ${describeViolation(one)}`)),
      ),
      'violation',
    ),
    ...(rooms.some(({ controlGroup }) => controlGroup)
      ? [
          `  control group: longest interruption ${formatInterruption(recovery.controlGroupInterruptionMs)}`,
        ]
      : []),
  ];
};

export const windowSection: Section = (repeat, style) =>
  renderHeadedTable(windowTable(repeat), style);

export const rolesSection: Section = (repeat, style) => renderHeadedTable(roleTable(repeat), style);

export const joinProbesSection: Section = (repeat, style) =>
  renderHeadedTable(joinProbeTable(repeat), style);

export const continuitySection: Section = (repeat, style) => {
  const summary = describeContinuity(repeat.recovery);
  if (summary === null) return [];
  return [
    ...wrap('  ', summary),
    ...renderHeadedTable(continuityTable(repeat), style),
    ...renderHeadedTable(stateTable(repeat), style),
  ];
};

export const nameSection: Section = (repeat, style) => renderHeadedTable(nameTable(repeat), style);

export const conversationSection: Section = (repeat, style) => {
  if (repeat.verdict === 'void') return [];
  return [
    ...describeConversations(repeat.recovery).flatMap((line) => wrap('  ', line)),
    ...renderHeadedTable(conversationTable(repeat), style),
  ];
};

export const keySection: Section = (repeat, style) => {
  const { keyRotation, faults } = repeat.recovery;
  if (keyRotation === null) return [];
  return [
    ...renderHeadedTable(keyTable(repeat), style),
    ...describeKeyRotation(keyRotation, faults[0]?.injectedAt ?? 0).flatMap((line) =>
      wrap('  ', line),
    ),
  ];
};

export const clusterSection: Section = ({ recovery }) => {
  const { backends, replacements, faults } = recovery;
  const ghosts = recovery.ghostRooms ?? [];
  const least = backends.reduce<(typeof backends)[number] | null>(
    (a, b) => (a === null || b.healthy < a.healthy ? b : a),
    null,
  );
  const since = faults[0]?.injectedAt ?? 0;
  return [
    ...(least === null
      ? []
      : [
          `  load balancer: at least ${least.healthy} of ${plural(least.total, 'healthy backend')}`,
        ]),
    ...replacements.flatMap((comeback) => wrap('  ', describeReplacement(comeback))),
    ...(ghosts.length === 0 ? [] : wrap('  ', `ghost rooms at the end: ${listSome(ghosts)}`)),
    ...alertSpans(recovery).flatMap((span) => wrap('  ', describeAlert(span, since))),
  ];
};

export const recordSection: Section = ({ record }, style) => [style.dim(`  record: ${record}`)];
