import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import type { DrillResult } from '@livekit-swarm/chaos';
import {
  judgeDrill,
  type KnownOutcomes,
  NIGHT_LINE_SCHEMA,
  type NightLine,
  nightOutcomeOf,
} from '@livekit-swarm/chaos/night';
import { usableCores } from '@livekit-swarm/host';
import { type DrillOutcome, describeReason, isDrillResult } from '@livekit-swarm/report/drill';
import { EXIT_CODES } from '@livekit-swarm/settings';
import { VERSION } from '../version.ts';

/** Facts about the execution of a drill, which its result lacks. */
export type Execution = Pick<
  NightLine,
  | 'night'
  | 'seed'
  | 'drill'
  | 'file'
  | 'sha256'
  | 'deployment'
  | 'attempt'
  | 'startedAt'
  | 'durationMs'
  | 'record'
>;

/** Line of the history for a drill that was executed, with the finding. */
export const nightLineOf = (
  execution: Execution,
  outcome: DrillOutcome,
  known: KnownOutcomes,
): NightLine => {
  const { errorCode, ...facts } = isDrillResult(outcome) ? factsOf(outcome) : factsOfError(outcome);
  const judgement = judgeDrill({ ...execution, ...facts }, known);
  return {
    schema: NIGHT_LINE_SCHEMA,
    ...execution,
    swarm: { version: VERSION, commit: commit() },
    host: { name: hostname(), cores: usableCores() },
    ...facts,
    ...judgement,
    exitCode: exitCodeOf(judgement.finding, facts.outcome, errorCode),
  };
};

type Facts = Pick<
  NightLine,
  | 'outcome'
  | 'reasons'
  | 'knownFailureStatus'
  | 'serverVersion'
  | 'repeats'
  | 'recovery'
  | 'message'
> & { errorCode: number | null };

const factsOf = (result: DrillResult): Facts => {
  const { verdict, repeats, spread, serverVersion, knownFailureStatus } = result;
  const [first] = repeats
    .filter((repeat) => repeat.verdict === verdict)
    .flatMap(({ reasons }) => reasons);
  const measured = repeats.filter(({ verdict: one }) => one === 'passed' || one === 'failed');
  const most = (count: (repeat: DrillResult['repeats'][number]) => number): number =>
    Math.max(...measured.map(count));
  return {
    ...nightOutcomeOf(result),
    knownFailureStatus,
    serverVersion,
    repeats: repeats.length,
    recovery:
      measured.length === 0
        ? null
        : {
            timeToRecoverP50Ms: spread.timeToRecoverP50,
            timeToRecoverMaxMs: spread.timeToRecoverMax,
            subscriptionsInterrupted: most(({ recovery }) => recovery.subscriptionsInterrupted),
            subscriptionsNotRecovered: most(({ recovery }) => recovery.subscriptionsNotRecovered),
            roomsSplit: most(({ recovery }) => recovery.roomsSplit),
          },
    message: first === undefined ? '' : describeReason(first),
    errorCode: null,
  };
};

const factsOfError = ({ code, exitCode, message }: Exclude<DrillOutcome, DrillResult>): Facts => ({
  outcome: exitCode === EXIT_CODES.interrupted.code ? 'interrupted' : 'error',
  reasons: [code],
  knownFailureStatus: 'none',
  serverVersion: null,
  repeats: 0,
  recovery: null,
  message,
  errorCode: exitCode,
});

const exitCodeOf = (
  finding: NightLine['finding'],
  outcome: NightLine['outcome'],
  errorCode: number | null,
): number => {
  switch (finding) {
    case 'known':
      return EXIT_CODES.passed.code;
    case 'new':
      return outcome === 'passed' ? EXIT_CODES.passed.code : EXIT_CODES.failed.code;
    case 'changed':
      return EXIT_CODES.failed.code;
    case 'undecided':
      return EXIT_CODES.inconclusive.code;
    case 'error':
      return errorCode ?? EXIT_CODES.unreachable.code;
    case 'interrupted':
      return EXIT_CODES.interrupted.code;
  }
};

let found: string | null | undefined;

/** Commit of the checkout that this program is in; null outside of one. */
const commit = (): string | null => {
  found ??= readCommit();
  return found;
};

const readCommit = (): string | null => {
  try {
    const [commit = null, root = ''] = execFileSync(
      'git',
      ['-C', import.meta.dirname, 'rev-parse', 'HEAD', '--show-toplevel'],
      { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] },
    ).split('\n');
    // A package may be installed in the checkout of another project.
    return existsSync(join(root, 'packages', 'chaos', 'package.json')) ? commit : null;
  } catch {
    // An npm package or an image, whose version is enough.
    return null;
  }
};
