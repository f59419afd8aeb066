import type { Facts } from './facts/facts.ts';
import type { VerifyRequest } from './request.ts';

/** `error`: users cannot connect, or the deployment is open to others. `warning`: some users are affected, or soon will be. */
export type Severity = 'error' | 'warning';

/**
 * What a check came to. `unknown`: it could not be checked, which is never a pass. `skipped`: it was not asked for, does not apply, or a check that
 * it needs has found something.
 */
export type CheckResult =
  | { outcome: 'passed'; evidence: readonly string[] }
  | {
      outcome: 'found';
      severity: Severity;
      evidence: readonly string[];
      /** In place of the fix that the check has in general. */
      fix?: string;
      /** Cause of this finding, in place of the general cause of the check. */
      cause?: string;
    }
  | { outcome: 'unknown'; reason: string }
  | { outcome: 'skipped'; reason: string };

/** One question about a deployment. */
export interface Check {
  /** Short and stable. */
  id: string;
  /** What is right when it passes: a sentence. */
  title: string;
  /** Of its findings; `error, warning` where it depends. */
  severities: readonly Severity[];
  /** What most often causes a finding, and what users notice. */
  cause: string;
  /** What to do about a finding. */
  fix: string;
  /** Checks that must have passed: without them this one has no meaning, or its finding has the same cause. */
  needs: readonly string[];
  run(facts: Facts, request: VerifyRequest): Promise<CheckResult>;
}

export const passed = (...evidence: string[]): CheckResult => ({ outcome: 'passed', evidence });

export const found = (
  severity: Severity,
  evidence: readonly string[],
  fix?: string,
  cause?: string,
): CheckResult => ({
  ...{ outcome: 'found', severity, evidence },
  ...(fix !== undefined && { fix }),
  ...(cause !== undefined && { cause }),
});

export const unknown = (reason: string): CheckResult => ({ outcome: 'unknown', reason });

export const skipped = (reason: string): CheckResult => ({ outcome: 'skipped', reason });
