import type { NoDrill } from '@livekit-swarm/report/drill';
import { hasErrorCode } from '@livekit-swarm/settings';
import { interruptedError, swarmErrorOf } from '../error-text.ts';

/** Why a drill has no result. A fault that was not rolled back is reported also after Ctrl-C: nothing else reports it. */
export const noDrillOf = (drill: string, error: unknown, interrupted: boolean): NoDrill => {
  const { exitCode, code, message, hint } =
    interrupted && !hasErrorCode(error, 'rollback_failed')
      ? interruptedError()
      : swarmErrorOf(error);
  return { drill, exitCode, code, message, hint };
};
