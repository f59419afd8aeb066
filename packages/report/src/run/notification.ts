import { finiteDeep } from '../format.ts';
import { overallExitCode, overallVerdict } from './aggregate.ts';
import { objectOf } from './json.ts';
import { exitCodeOf, nameOf, type Outcome, verdictOf } from './report-input.ts';

/** Schema of the message that `--notify` sends. Its version changes only with incompatible fields. */
export const NOTIFICATION_SCHEMA = 'livekit-swarm/notification/1';

/** Verdict of a command that has ended, for a program or a channel of a team. */
export interface Notification {
  /** Line of each run, for a chat: verdict, scenario, server, and reasons. */
  text: string;
  /** Object for programs; it contains the text, too. */
  body: unknown;
}

/** Most reasons in the text of a run: the others are in its record. */
const SHOWN_REASONS = 5;

/** Make the message on the outcomes of a command. */
export const notificationOf = (outcomes: readonly Outcome[]): Notification => {
  const runs = outcomes.map(runOf);
  const text = runs.map(lineOf).join('\n');
  return {
    text,
    body: finiteDeep({
      schema: NOTIFICATION_SCHEMA,
      verdict: overallVerdict(outcomes),
      exitCode: overallExitCode(outcomes),
      text,
      runs,
    }),
  };
};

/** Verdict of a run and its reasons; figures are in the record. */
const runOf = (outcome: Outcome) => {
  const object = objectOf(outcome);
  const { reasons, thresholds } = object;
  const {
    server = null,
    run = null,
    startedAt = null,
    record = null,
  } = 'run' in object ? object : {};
  return {
    scenario: nameOf(outcome),
    verdict: verdictOf(outcome),
    exitCode: exitCodeOf(outcome),
    server,
    run,
    startedAt,
    record,
    reasons,
    thresholds,
  };
};

const lineOf = ({ verdict, scenario, server, reasons }: ReturnType<typeof runOf>): string => {
  const shown = reasons.slice(0, SHOWN_REASONS).map(({ text }) => `- ${text}`);
  const left = reasons.length - shown.length;
  return [
    `livekit-swarm ${verdict}: ${scenario}${server === null ? '' : ` on ${server}`}`,
    ...shown,
    ...(left > 0 ? [`- and ${left} more`] : []),
  ].join('\n');
};
