import type { Facts } from './facts/facts.ts';
import type { VerifyRequest } from './request.ts';

/**
 * Severity of a finding. `error`: users cannot connect, or the deployment is open to others.
 * `warning`: some users are affected, or soon will be.
 */
export type Severity = 'error' | 'warning';

/**
 * Result of a check. `unknown`: it could not be made, which is never a pass. `skipped`: it was not
 * requested, does not apply, or was blocked by a failed check.
 */
export type CheckResult =
  | { outcome: 'passed'; evidence: readonly string[] }
  | {
      outcome: 'found';
      severity: Severity;
      evidence: readonly string[];
      /** Fix of this finding, in place of the general fix of the check. */
      fix?: string;
      /** Cause of this finding, in place of the general cause of the check. */
      cause?: string;
    }
  | { outcome: 'unknown'; reason: string }
  | { outcome: 'skipped'; reason: string };

/** Check of one property of a deployment. */
export interface Check {
  /** Short and stable id. */
  id: string;
  /** Property that holds when the check passes: a sentence. */
  title: string;
  /** Severities of the check's findings; several where it depends. */
  severities: readonly Severity[];
  /** Most frequent cause of a finding, and what users notice. */
  cause: string;
  /** Fix for a finding. */
  fix: string;
  /**
   * Checks that must have passed: without them this check is meaningless, or its finding has the
   * same cause.
   */
  needs: readonly string[];
  /** True if no participant can reach the deployment after an error: exit code 3. */
  isWayIn?: true;
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
