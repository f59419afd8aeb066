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
export { type Checked, type Verification, type VerifyVerdict, verify } from './verify.ts';
