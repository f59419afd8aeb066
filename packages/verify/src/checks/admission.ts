import type { Answer, Rejection, Validation } from '@livekit-swarm/livekit';
import { type Check, type CheckResult, found, passed, unknown } from '../check.ts';

/** Errors of this host, which show nothing about the deployment. */
const OWN_HOST: ReadonlySet<string> = new Set(['dns_failed', 'no_route', 'no_socket']);
/** Rejections by a limit, which the check of limits reports. */
const LIMITS: ReadonlySet<string> = new Set(['server_full', 'room_full']);

export const admissionRule = (validation: Validation): CheckResult => {
  if (validation.ok)
    return validation.belowRtc === undefined
      ? passed('the server accepts a token of the API key')
      : belowRtcRule(validation.belowRtc);
  const { reason, message, hint, answer } = validation.rejection;
  if (OWN_HOST.has(reason)) return unknown(message);
  // The server accepts the token before it looks for the room.
  if (reason === 'room_not_found')
    return passed(
      'the server accepts a token of the API key',
      'rooms are only created by the API (room.auto_create: false): the checks use rooms that they create there',
    );
  if (LIMITS.has(reason)) return passed('the server accepts a token of the API key');
  return found('error', [`${message} (${reason})`], hint, causeOf(answer));
};

const belowRtcRule = ({ reason, message, hint }: Rejection): CheckResult =>
  found(
    'warning',
    [
      `clients join at /rtc only, as clients of older servers do; /rtc/v1 and /rtc/validate lead elsewhere: ${message} (${reason})`,
    ],
    hint,
    'A proxy changes or refuses paths below /rtc: each join of livekit-client fails once before its fallback, and clients without this fallback do not join',
  );

/**
 * Cause by the author of an answer.
 * @returns undefined where the general cause fits: for an answer of livekit-server itself, and for
 * no answer
 */
const causeOf = (answer: Answer | undefined): string | undefined => {
  if (answer?.kind === 'authorization_removed')
    return 'A proxy removes or replaces the header Authorization, in which native SDKs send the token; browsers send it in the query';
  if (answer?.who === 'proxy')
    return 'A proxy in front of livekit-server answered: the request did not reach livekit-server';
  return answer?.who === 'web_server'
    ? 'A web server answered in the place of livekit-server: its host name, port or path leads elsewhere'
    : undefined;
};

export const admission: Check = {
  id: 'admission',
  title: 'The server behind the URL is livekit-server, and accepts the API key',
  severities: ['error', 'warning'],
  cause:
    'Key and secret are not those of this deployment, or the proxy sends requests to something else',
  fix: 'compare the key with `keys` of livekit-server, and the backend of the proxy with its port',
  needs: ['tls', 'clock'],
  run: async ({ admission: ask }) => admissionRule(await ask()),
};
