import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Authority, type Certificate, createAuthority } from '../authority.ts';

/**
 * Certificates that the load balancer of a lab can have. `first`: the one it starts with;
 * `renewed`: another key, signed by the same CA; the others are those of mistakes.
 */
export const BALANCER_CERTIFICATES = [
  'first',
  'renewed',
  'expired',
  'other-name',
  'unknown-authority',
] as const;

export type BalancerCertificate = (typeof BALANCER_CERTIFICATES)[number];

/** Address of every program of a lab. */
const NAMES = ['IP:127.0.0.1', 'DNS:localhost'] as const;

/** Makes certificates, each at its first use. @param dir folder of the lab */
export const createBalancerCertificates = (
  authority: Authority,
  dir: string,
): ((kind: BalancerCertificate) => Promise<string>) => {
  const made = new Map<BalancerCertificate, Promise<string>>();
  const make = async (kind: BalancerCertificate): Promise<string> => {
    const signer =
      kind === 'unknown-authority' ? await createAuthority(join(dir, 'unknown-ca')) : authority;
    return pemOf(
      await signer.sign({
        name: `balancer-${kind}`,
        subject: '/CN=127.0.0.1',
        usage: 'serverAuth',
        names: kind === 'other-name' ? ['DNS:other.example'] : NAMES,
        ...(kind === 'expired' && { days: -1 }),
      }),
    );
  };
  return (kind) => {
    const known = made.get(kind);
    if (known !== undefined) return known;
    const next = make(kind);
    made.set(kind, next);
    // A busy host may be too slow for openssl once.
    next.catch(() => made.delete(kind));
    return next;
  };
};

/** Certificate and key in one file, as haproxy reads them. */
const pemOf = async ({ cert, key }: Certificate): Promise<string> =>
  (await readFile(cert, 'utf8')) + (await readFile(key, 'utf8'));
