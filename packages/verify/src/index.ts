export { type Audit, audit } from './audit/audit.ts';
export { AUDIT_CHECKS, AUDIT_ONLY } from './audit/audit-checks.ts';
export {
  type Check,
  type CheckResult,
  found,
  passed,
  type Severity,
  skipped,
  unknown,
} from './check.ts';
export { CHECKS } from './checks/index.ts';
export { servingNodes } from './facts/registered-nodes.ts';
export type { VerifyRequest } from './request.ts';
export {
  type Checked,
  checkedOf,
  type Verification,
  type VerifyVerdict,
  verdictOf,
  verify,
} from './verify.ts';
