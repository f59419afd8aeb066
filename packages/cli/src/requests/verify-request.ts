import { createHmac } from 'node:crypto';
import { accessSync, constants, statSync } from 'node:fs';
import { isIP } from 'node:net';
import { watchInterruption } from '@livekit-swarm/host';
import {
  assertHostAllowed,
  type LoadKind,
  parseTurnUrl,
  readHostRules,
} from '@livekit-swarm/livekit';
import { readTokenEndpoint } from '@livekit-swarm/runner';
import { codeOf, parseDuration, readVariable, usageError } from '@livekit-swarm/settings';
import type { VerifyRequest } from '@livekit-swarm/verify';
import type { Console } from '../console.ts';
import type { TargetFlags } from '../flags/deployment.ts';
import type { HostFlags } from '../flags/host-rules.ts';
import { readNodeFlag } from '../node-flag.ts';
import { readLoadGuard } from './load-guard.ts';
import { readConnect, readDeployment } from './target.ts';
import { wholeNumber } from './whole-number.ts';

/** Flags on a deployment that is checked, and on what is known of it. */
export interface VerifyRequestFlags extends Omit<TargetFlags, 'embedded' | 'server'>, HostFlags {
  node: string[];
  redis?: string;
  announced: string[];
  closedPort: string[];
  closedHost?: string[];
  log?: string[];
  participants?: string;
  token?: string;
  tokenEndpoint?: string;
  tokenHeader: string[];
  tokenServer: string[];
  webhookPort?: string;
  agent?: string;
  turnUrl: string[];
  turnUsername?: string;
  idle?: string;
  reload?: string;
  quiet?: boolean;
}

/** Long enough that loss shows, short enough that five paths take seconds. */
const MEDIA_MS = 1_000;
/** livekit-server removes participants without media, as this one, after a minute. */
const IDLE = { minMs: 1_000, maxMs: 50_000 } as const;

/**
 * Reads a request to verify a deployment, and uses it until Ctrl-C.
 * @throws SwarmError `usage`
 */
export const withVerifyRequest = async <T>(
  flags: VerifyRequestFlags,
  typed: (flag: string) => boolean,
  { stderr, env }: Console,
  use: (request: VerifyRequest) => Promise<T>,
  kind: LoadKind = 'probe',
): Promise<T> => {
  const target = readDeployment(flags, typed);
  const known = readKnown(flags, env);
  const guard = readLoadGuard(flags, typed, env, { kind, target });
  const otherHosts = (flags.closedHost ?? []).map(checkHost);
  for (const host of otherHosts) assertHostAllowed(`http://${host}`, readHostRules(flags, env));
  const connect = readConnect(flags);
  if (connect !== null) guard.assertEndpoint(connect);
  const tokenEndpoint =
    connect === null
      ? null
      : await readTokenEndpoint(connect, target, {
          env,
          dir: process.cwd(),
          permission: guard.reads,
        });
  const nodes = await Promise.all(flags.node.map(readNodeFlag));
  const interruption = watchInterruption();
  try {
    return await use({
      access: target,
      guard,
      ...{ nodes, otherHosts, logFiles: (flags.log ?? []).map(checkLog) },
      ...known,
      tokenEndpoint,
      validUntilMs: null,
      mediaMs: MEDIA_MS,
      signal: interruption.stop,
      onCheck: (id) => {
        if (flags.quiet !== true) void stderr.write(`checking ${id} …\n`);
      },
      onRoomsLeft: (count) =>
        void stderr.write(
          `warning: ${count} rooms (swarm-verify-…, swarm-probe-…) could not be deleted; the server closes them when they are empty\n`,
        ),
    });
  } finally {
    interruption.dispose();
  }
};

type Known = Pick<
  VerifyRequest,
  | 'redisUrl'
  | 'allowedAddresses'
  | 'adminPorts'
  | 'participants'
  | 'turn'
  | 'token'
  | 'webhookPort'
  | 'agent'
  | 'idleMs'
  | 'reloadCommand'
>;

const MAX_PORT = 65_535;

const readKnown = (flags: VerifyRequestFlags, env: Console['env']): Known => ({
  redisUrl: flags.redis === undefined ? null : checkRedis(flags.redis),
  allowedAddresses: flags.announced.map(checkPrefix),
  adminPorts:
    flags.closedPort.length === 0
      ? null
      : flags.closedPort.map(wholeNumber('--closed-port', 1, MAX_PORT)),
  participants:
    flags.participants === undefined
      ? null
      : wholeNumber('--participants', 1, 1_000_000)(flags.participants),
  turn: readTurn(flags, env),
  token: flags.token ?? null,
  webhookPort:
    flags.webhookPort === undefined
      ? null
      : wholeNumber('--webhook-port', 1, MAX_PORT)(flags.webhookPort),
  agent: flags.agent ?? null,
  idleMs: flags.idle === undefined ? null : readIdle(flags.idle),
  reloadCommand: flags.reload === undefined ? null : readReload(flags.reload),
});

/** Validity of a credential that is made with a shared secret, seconds. */
const TURN_SECONDS = 600;

/** Secrets come from the environment alone: flags show in the process list. */
const readTurn = (
  { turnUrl, turnUsername }: VerifyRequestFlags,
  env: Console['env'],
): VerifyRequest['turn'] => {
  const credential = readVariable(env, 'SWARM_TURN_CREDENTIAL');
  const secret = readVariable(env, 'SWARM_TURN_SECRET');
  if (turnUrl.length === 0) {
    if (turnUsername === undefined) return null;
    throw usageError('--turn-username needs --turn-url', 'write --turn-url turn:HOST:PORT');
  }
  for (const url of turnUrl)
    if (parseTurnUrl(url) === null)
      throw usageError(
        `--turn-url ${url}: not the URL of a TURN server`,
        'write turn:HOST:3478?transport=udp, or turns:HOST:443',
      );
  if (secret !== undefined && credential === undefined) {
    const username =
      turnUsername ?? `${Math.round(Date.now() / 1_000) + TURN_SECONDS}:swarm-verify`;
    return { urls: turnUrl, username, credential: sharedSecretCredential(secret, username) };
  }
  if (turnUsername !== undefined && credential !== undefined && secret === undefined)
    return { urls: turnUrl, username: turnUsername, credential };
  throw usageError(
    '--turn-url: the credential is not clear',
    'give --turn-username and SWARM_TURN_CREDENTIAL, or SWARM_TURN_SECRET (static-auth-secret of coturn)',
  );
};

/** Credential of "A REST API For Access To TURN Services", as coturn's use-auth-secret expects it. */
const sharedSecretCredential = (secret: string, username: string): string =>
  createHmac('sha1', secret).update(username).digest('base64');

const readReload = (text: string): string => {
  if (text.trim() !== '') return text;
  throw usageError('--reload: names no command', 'write --reload "systemctl reload nginx"');
};

const checkRedis = (text: string): string => {
  if (/^rediss?(\+sentinel)?:$/.test(URL.parse(text)?.protocol ?? '')) return text;
  // Not repeated: it may hold a password.
  throw usageError(
    '--redis: not a Redis URL',
    'write redis://HOST:6379, rediss:// with TLS, or redis+sentinel://HOST:26379?master=NAME',
  );
};

const checkHost = (text: string): string => {
  const host = isIP(text) === 6 ? `[${text}]` : text;
  if (/^[\w.-]+$/.test(text) || isIP(text) === 6) {
    if (URL.parse(`http://${host}`)?.host === host.toLowerCase()) return text;
  }
  throw usageError(`--closed-host ${text}: not a name or address`, 'write turn.example.com');
};

const checkLog = (file: string): string => {
  try {
    accessSync(file, constants.R_OK);
    if (statSync(file).isFile()) return file;
  } catch (error) {
    throw usageError(`--log ${file}: cannot be read (${codeOf(error) ?? 'error'})`, LOG_HINT);
  }
  throw usageError(`--log ${file}: not a file`, LOG_HINT);
};

const LOG_HINT = 'name a log of your proxy, as a text file';

const checkPrefix = (text: string): string => {
  const [address = '', bits] = text.split('/');
  const longest = isIP(address) === 6 ? 128 : 32;
  if (
    isIP(address) !== 0 &&
    (bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= longest))
  )
    return text;
  throw usageError(`--announced ${text}: not an address or prefix`, 'write 203.0.113.0/24');
};

const readIdle = (text: string): number => {
  const ms = parseDuration(text);
  if (ms >= IDLE.minMs && ms <= IDLE.maxMs) return ms;
  throw usageError(
    `--idle ${text}: must be 1s to 50s`,
    'write --idle 50s: after a minute the server closes it itself',
  );
};
