import { type Check, type CheckResult, found, passed } from '../../check.ts';

const TIMEOUT_MS = 4_000;
const FOREIGN = 'https://swarm-audit.example';

/** Headers of an answer to a foreign page. */
export interface CrossOriginHeaders {
  origin: string | null;
  credentials: string | null;
}

/**
 * Every page may call LiveKit, which asks for a token and no cookie: that is its design. Allowed
 * credentials are a finding: with them, a page can use what the browser adds on its own, as cookies
 * and passwords of a proxy.
 */
export const crossOriginRule = ({ origin, credentials }: CrossOriginHeaders): CheckResult =>
  credentials === 'true' && origin === FOREIGN
    ? found('warning', [
        `a page of ${FOREIGN} may call it with the cookies of its visitors (access-control-allow-credentials: true)`,
      ])
    : passed(
        origin === null
          ? 'pages of other origins may not call it'
          : 'pages of other origins may call it with a token, and without cookies: the design of LiveKit',
      );

export const crossOrigin: Check = {
  id: 'cross-origin',
  title: 'Pages of others cannot use what a browser adds on its own',
  severities: ['warning'],
  cause:
    'A proxy adds access-control-allow-credentials for every origin: if it lets users in by a cookie or a password, any page that they visit can use them',
  fix: 'remove access-control-allow-credentials from the configuration of the proxy: LiveKit needs no cookies',
  needs: ['admission'],
  run: async ({ url }) => {
    const { headers, body } = await fetch(`${url.http}/rtc/validate`, {
      method: 'OPTIONS',
      headers: { Origin: FOREIGN, 'Access-Control-Request-Method': 'GET' },
      redirect: 'manual',
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    await body?.cancel();
    return crossOriginRule({
      origin: headers.get('access-control-allow-origin'),
      credentials: headers.get('access-control-allow-credentials'),
    });
  },
};
