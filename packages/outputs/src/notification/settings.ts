import { readVariable, suggest, usageError } from '@livekit-swarm/settings';
import { type Endpoint, readUrl } from '../delivery/endpoint.ts';

/** Variable with the key of signatures. */
const SECRET = 'SWARM_NOTIFY_SECRET';
const SECRET_PREFIX = 'whsec_';
/** Shortest key of a signature, bytes. */
const SHORTEST_KEY = 24;
const TIMEOUT_MS = 5_000;
const EXAMPLE = 'https://ci.example.com/hooks/load';
const FORMATS = ['json', 'slack'] as const;

/** Receiver of the verdict of a command. */
export interface Receiver {
  /** Contents of the request: an object with everything, or a text for a channel. */
  format: (typeof FORMATS)[number];
  endpoint: Endpoint;
  /** Key of the signature, HMAC-SHA256; null: requests are not signed. */
  key: Buffer | null;
}

/**
 * Read `--notify URL`, `--notify slack=URL`, and the key of signatures.
 * @throws SwarmError `usage`; the message contains neither a secret nor the path of a URL
 */
export const readReceivers = (
  texts: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): Receiver[] => {
  const key = texts.length === 0 ? null : readKey(env);
  const receivers = texts.map((text) => readReceiver(text, key));
  const seen = new Set<string>();
  for (const { format, endpoint } of receivers) {
    const id = `${format} ${endpoint.url.href}`;
    if (seen.has(id))
      throw usageError(`--notify ${endpoint.shown}: is given twice`, 'leave one out');
    seen.add(id);
  }
  return receivers;
};

const readReceiver = (text: string, key: Buffer | null): Receiver => {
  const [, name] = /^\s*([a-z]+)=/i.exec(text) ?? [];
  const format = name === undefined ? 'json' : FORMATS.find((known) => known === name);
  if (format === undefined)
    throw usageError(
      `--notify: there is no format "${name}"`,
      suggest(name ?? '', FORMATS, 'write FORMAT=URL or a URL alone; formats are'),
    );
  const typed = (name === undefined ? text : text.slice(text.indexOf('=') + 1)).trim();
  const where = `--notify${name === undefined ? '' : ` ${name}`}`;
  // Errors must not contain the path, which is the secret of many webhooks.
  if (!/^https?:\/\//i.test(typed))
    throw usageError(`${where}: is not an http:// or https:// URL`, `write ${EXAMPLE}`);
  const { url, headers } = readUrl(typed, where, EXAMPLE);
  const shown = `${url.origin}${url.pathname === '/' ? '' : '/…'}`;
  const endpoint: Endpoint = {
    url,
    shown,
    headers,
    isPathSecret: true,
    tls: {},
    timeoutMs: TIMEOUT_MS,
    compression: 'none',
  };
  return { format, endpoint, key: format === 'json' ? key : null };
};

const readKey = (env: Readonly<Record<string, string | undefined>>): Buffer | null => {
  const text = readVariable(env, SECRET)?.trim();
  if (text === undefined) return null;
  const key = text.startsWith(SECRET_PREFIX) ? text.slice(SECRET_PREFIX.length) : '';
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(key) || Buffer.from(key, 'base64').length < SHORTEST_KEY)
    throw usageError(
      `${SECRET}: is not ${SECRET_PREFIX} and base64 of ${SHORTEST_KEY} bytes or more`,
      `make one: echo ${SECRET_PREFIX}$(openssl rand -base64 32)`,
    );
  return Buffer.from(key, 'base64');
};
