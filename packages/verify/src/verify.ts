import { withoutTokens } from '@livekit-swarm/livekit';
import { EXIT_CODES, type ExitCode, messageOf, withoutSecrets } from '@livekit-swarm/settings';
import { type Check, type CheckResult, type Severity, skipped, unknown } from './check.ts';
import { CHECKS } from './checks/index.ts';
import { type Facts, openFacts } from './facts/facts.ts';
import type { VerifyRequest } from './request.ts';

/** Check with its result. */
export interface Checked {
  id: string;
  title: string;
  outcome: 'passed' | Severity | 'unknown' | 'skipped';
  /** Observations. */
  evidence: readonly string[];
  /** Reason why the check was skipped; null: it was not. */
  reason: string | null;
  /** Cause; null without a finding. */
  cause: string | null;
  fix: string | null;
  seconds: number;
}

export type VerifyVerdict = 'passed' | 'warnings' | 'failed' | 'unknown';

export interface Verification {
  url: string;
  verdict: VerifyVerdict;
  exitCode: ExitCode;
  checks: readonly Checked[];
}

/**
 * Checks a deployment with at most two participants at a time in separate rooms, which are deleted.
 */
export const verify = async (
  request: VerifyRequest,
  checks: readonly Check[] = CHECKS,
): Promise<Verification> => {
  request.guard.assertServer(request.access.url);
  const facts = openFacts(request);
  const done = new Map<string, Checked>();
  /** Checks that were skipped, and the check whose finding is the reason. */
  const blocked = new Map<string, string>();
  try {
    for (const check of checks) {
      if (request.signal.aborted) break;
      done.set(check.id, await perform(check, facts, request, done, blocked));
    }
  } finally {
    const left = await facts.close();
    if (left > 0) request.onRoomsLeft(left);
  }
  const results = [...done.values()];
  const verdict = verdictOf(
    // Checks that were not made may have found an error.
    request.signal.aborted ? [...results, { outcome: 'unknown' }] : results,
  );
  return {
    url: withoutSecrets(request.access.url),
    verdict,
    exitCode: request.signal.aborted
      ? EXIT_CODES.interrupted.code
      : exitCodeOf(verdict, results, checks),
    checks: results,
  };
};

const perform = async (
  check: Check,
  facts: Facts,
  request: VerifyRequest,
  done: ReadonlyMap<string, Checked>,
  blocked: Map<string, string>,
): Promise<Checked> => {
  const began = performance.now();
  const blocking = blockerOf(check, done, blocked);
  let result: CheckResult;
  if (blocking !== null) {
    blocked.set(check.id, blocking);
    result = skipped(`needs ${blocking}`);
  } else {
    request.onCheck(check.id);
    result = await check
      .run(facts, request)
      .catch((error: unknown): CheckResult => unknown(textOf(error)));
    // It may have left out what would have been a finding.
    if (request.signal.aborted && result.outcome === 'passed') result = unknown('interrupted');
  }
  return checkedOf(check, result, (performance.now() - began) / 1_000);
};

/**
 * Id of the check that blocks this one, the first of a chain; null: none. A warning blocks nothing:
 * the property it concerns works.
 */
const blockerOf = (
  { needs }: Check,
  done: ReadonlyMap<string, Checked>,
  blocked: ReadonlyMap<string, string>,
): string | null => {
  for (const id of needs) {
    const outcome = done.get(id)?.outcome;
    if (outcome === 'error' || outcome === 'unknown') return id;
    const first = blocked.get(id);
    if (first !== undefined) return first;
  }
  return null;
};

const textOf = (error: unknown): string => withoutTokens(messageOf(error));

/** The report of a check with its result. */
export const checkedOf = (
  check: Pick<Check, 'id' | 'title' | 'cause' | 'fix'>,
  result: CheckResult,
  seconds: number,
): Checked => {
  const common = { id: check.id, title: check.title, seconds };
  switch (result.outcome) {
    case 'passed':
      return {
        ...common,
        ...{ outcome: 'passed', evidence: result.evidence, reason: null, cause: null, fix: null },
      };
    case 'found':
      return {
        ...common,
        ...{ outcome: result.severity, evidence: result.evidence, reason: null },
        ...{ cause: result.cause ?? check.cause, fix: result.fix ?? check.fix },
      };
    case 'unknown':
    case 'skipped':
      return {
        ...common,
        ...{ outcome: result.outcome, evidence: [], reason: result.reason, cause: null, fix: null },
      };
  }
};

/** Verdict of all checks: errors outrank unknown results, which outrank warnings. */
export const verdictOf = (checks: readonly Pick<Checked, 'outcome'>[]): VerifyVerdict => {
  const has = (outcome: Checked['outcome']): boolean =>
    checks.some((check) => check.outcome === outcome);
  if (has('error')) return 'failed';
  if (has('unknown')) return 'unknown';
  return has('warning') ? 'warnings' : 'passed';
};

const ADMITTED: ReadonlySet<Checked['outcome'] | undefined> = new Set(['passed', 'warning']);

const exitCodeOf = (
  verdict: VerifyVerdict,
  results: readonly Checked[],
  checks: readonly Check[],
): ExitCode => {
  switch (verdict) {
    case 'passed':
    case 'warnings':
      return EXIT_CODES.passed.code;
    case 'unknown':
      return EXIT_CODES.inconclusive.code;
    case 'failed': {
      const waysIn = new Set(checks.filter(({ isWayIn }) => isWayIn).map(({ id }) => id));
      return results.some(({ id, outcome }) => outcome === 'error' && waysIn.has(id)) &&
        !ADMITTED.has(results.find(({ id }) => id === 'admission')?.outcome)
        ? EXIT_CODES.unreachable.code
        : EXIT_CODES.failed.code;
    }
  }
};
