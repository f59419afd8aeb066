import { type DrillResult, outcomeOf, type RepeatResult } from '@livekit-swarm/chaos';
import { capital } from '@livekit-swarm/settings';
import { formatTime } from '../format.ts';
import type { PageSection, ResultPage } from '../page/result-page.ts';
import {
  describeContinuity,
  describeConversations,
  describeInjection,
  describeKeyRotation,
  describeKnownFailures,
  describeOutcome,
  describeReasons,
  describeRecovery,
  describeRollback,
  describeServer,
  describeViolation,
  listSome,
} from './phrases.ts';
import { exitCodeOfDrill } from './render-json.ts';
import { showVerdict } from './shown-verdict.ts';
import {
  continuityTable,
  conversationTable,
  joinProbeTable,
  keyTable,
  nameTable,
  objectiveTable,
  roleTable,
  spreadTable,
  stateTable,
  windowTable,
} from './table-data.ts';

/** Page of a drill: the verdict, its reasons, and the tables of each repeat. */
export const drillPage = (result: DrillResult, strict: boolean): ResultPage => {
  const { drill, repeats, startedAt } = result;
  const { tone, label } = showVerdict(result, strict);
  const known = describeKnownFailures(result);
  return {
    kind: 'drill',
    subject: drill.name,
    tone,
    headline: `${drill.name}: ${label}`,
    lead: `${capital(describeServer(result))}. Exit code ${exitCodeOfDrill(result, strict)}.`,
    asked: drill.description,
    reasons: [...(known === null ? [] : [capital(known)]), ...describeReasons(result)],
    sections: [
      ...(repeats.length > 1 ? spreadSections(result) : []),
      ...repeats.flatMap((repeat) => repeatSections(repeat, repeats.length)),
    ],
    startedAt,
  };
};

const spreadSections = (result: DrillResult): PageSection[] => [
  {
    title: 'Outcomes',
    table: {
      head: ['outcome', 'repeats'],
      rows: result.outcomes.map((one) => [describeOutcome(one), String(one.count)]),
      left: [0],
    },
  },
  { title: 'Times to recover', table: spreadTable(result) },
];

/** Tables of a repeat, with its number where there are several. */
const repeatSections = (repeat: RepeatResult, of: number): PageSection[] => {
  const titled = (title: string): string =>
    of > 1
      ? `Repeat ${repeat.number}, ${describeOutcome(outcomeOf(repeat))}: ${title}`
      : capital(title);
  const { keyRotation, faults } = repeat.recovery;
  const continuity = describeContinuity(repeat.recovery);
  const conversations = describeConversations(repeat.recovery);
  return [
    {
      title: titled('objectives'),
      table: objectiveTable(repeat),
      note: `${capital(describeRecovery(repeat.recovery))}.`,
    },
    { title: titled('violations'), table: violationTable(repeat) },
    { title: titled('faults'), table: faultTable(repeat) },
    { title: titled('recovery by role'), table: roleTable(repeat) },
    { title: titled('windows'), table: windowTable(repeat) },
    { title: titled('join probes'), table: joinProbeTable(repeat) },
    ...(continuity === null
      ? []
      : [
          {
            title: titled('continuity'),
            table: continuityTable(repeat),
            note: `${capital(continuity)}.`,
          },
          { title: titled('state'), table: stateTable(repeat) },
        ]),
    { title: titled('DNS'), table: nameTable(repeat) },
    ...(conversations.length === 0
      ? []
      : [
          {
            title: titled('conversations'),
            table: conversationTable(repeat),
            note: conversations.map((line) => `${capital(line)}.`).join(' '),
          },
        ]),
    ...(keyRotation === null
      ? []
      : [
          {
            title: titled('API keys'),
            table: keyTable(repeat),
            note: describeKeyRotation(keyRotation, faults[0]?.injectedAt ?? 0)
              .map((line) => `${capital(line)}.`)
              .join(' '),
          },
        ]),
  ];
};

const violationTable = ({ recovery }: RepeatResult): PageSection['table'] => ({
  head: ['invariant', 'violation'],
  rows: recovery.violations.map((one) => [one.invariant, describeViolation(one)]),
  left: [0, 1],
});

const faultTable = (repeat: RepeatResult): PageSection['table'] => ({
  head: ['at', 'fault', 'components', 'rollback'],
  rows: repeat.recovery.faults.map((fault) => [
    formatTime(fault.injectedAt),
    describeInjection(fault),
    listSome(fault.components) || 'none',
    describeRollback(fault.rolledBackAt, repeat, formatTime),
  ]),
  left: [0, 1, 2, 3],
});
