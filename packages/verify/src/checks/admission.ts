import type { Rejection, Validation } from '@livekit-swarm/livekit';
import { type Check, type CheckResult, found, passed, unknown } from '../check.ts';
import { causeOf } from './answer-cause.ts';

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
    'A proxy changes or refuses paths below /rtc: browsers join, as livekit-client falls back after one failed request; clients without this fallback do not',
  );

export const admission: Check = {
  id: 'admission',
  title: 'The server behind the URL is livekit-server, and accepts the API key',
  severities: ['error', 'warning'],
  cause:
    'Key and secret are not those of this deployment, or the proxy sends requests to something else',
  fix: 'compare the key with `keys` of livekit-server, and the backend of the proxy with its port',
  needs: ['tls', 'clock'],
  isWayIn: true,
  run: async ({ admission: ask }) => admissionRule(await ask()),
};
