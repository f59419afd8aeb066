import { VERIFY_REPORTERS } from '@livekit-swarm/report/verify';
import type { ExitCode } from '@livekit-swarm/settings';
import { verify } from '@livekit-swarm/verify';
import type { Console } from '../console.ts';
import {
  exitCodeAfter,
  openResultOutput,
  type ResultOutputFlags,
} from '../output/result-output.ts';
import { type VerifyRequestFlags, withVerifyRequest } from '../requests/verify-request.ts';

export interface VerifyFlags extends VerifyRequestFlags, ResultOutputFlags {
  quiet?: boolean;
}

/**
 * `swarm verify`: whether a deployment is configured correctly.
 * @throws SwarmError `usage`
 */
export const verifyCommand = async (
  flags: VerifyFlags,
  typed: (flag: string) => boolean,
  console: Console,
): Promise<ExitCode> => {
  const output = openResultOutput(VERIFY_REPORTERS, flags, console);
  return await withVerifyRequest(flags, typed, console, async (request) => {
    const verification = await verify(request);
    return exitCodeAfter(await output.show(verification), verification.exitCode);
  });
};
