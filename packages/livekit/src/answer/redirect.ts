import type { HttpAnswer } from './http-answer.ts';

/** Target of a redirect, which LiveKit's clients do not follow. */
export interface Redirect {
  /** `https`: the same host by TLS. */
  to: 'https' | 'login' | 'elsewhere';
  /** URL of the target without query and credentials, which may hold secrets. */
  location: string;
}

/** @param url address of the request */
export const redirectOf = ({ status, headers }: HttpAnswer, url: string): Redirect | null => {
  const { location } = headers;
  if (status < 300 || status > 399 || status === 304 || location === undefined) return null;
  const from = URL.parse(url);
  const target = URL.parse(location, from?.href);
  if (target === null) return { to: 'elsewhere', location: '' };
  const shown = `${target.protocol}//${target.host}${target.pathname}`.slice(0, 200);
  const samePlace =
    from !== null && target.hostname === from.hostname && target.pathname === from.pathname;
  if (from !== null && !isSecure(from) && isSecure(target) && samePlace)
    return { to: 'https', location: shown };
  if (isLogin(target.hostname) || isLogin(target.pathname) || returnsHere(target))
    return { to: 'login', location: shown };
  return from !== null && !isSecure(from) && isSecure(target) && target.pathname === from.pathname
    ? { to: 'https', location: shown }
    : { to: 'elsewhere', location: shown };
};

const isSecure = ({ protocol }: URL): boolean => protocol === 'https:' || protocol === 'wss:';

/**
 * Words of login pages and their addresses: oauth2-proxy, Authelia, authentik, Keycloak, Cloudflare
 * Access, Microsoft, Google.
 */
export const isLogin = (text: string): boolean =>
  /(^|[^a-z])(log[-_ ]?in|sign[-_ ]?in|sso|saml2?|oauth2?|oidc|openid(-connect)?|authorize|auth|authelia|authentik|keycloak|cas|cloudflareaccess|idp|accounts)([^a-z]|$)/i.test(
    text,
  );

/** Parameters with which a login sends the user back. */
const returnsHere = ({ searchParams }: URL): boolean =>
  ['rd', 'redirect_uri', 'return_to', 'returnurl', 'redirect_url', 'samlrequest'].some((name) =>
    [...searchParams.keys()].some((key) => key.toLowerCase() === name),
  );
