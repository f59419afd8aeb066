import type { VerifyRequest } from '../request.ts';
import { type Verification, verify } from '../verify.ts';
import { AUDIT_CHECKS } from './audit-checks.ts';

/** Result of an audit of a deployment. */
export interface Audit extends Verification {
  /** Times of its start and end, ISO 8601. */
  startedAt: string;
  endedAt: string;
  /** Version of the program. */
  version: string;
}

/** Checks security and isolation of a deployment, in rooms of its own, which are deleted. */
export const audit = async (request: VerifyRequest, version: string): Promise<Audit> => {
  const startedAt = new Date().toISOString();
  const verification = await verify(request, AUDIT_CHECKS);
  return { ...verification, version, startedAt, endedAt: new Date().toISOString() };
};
