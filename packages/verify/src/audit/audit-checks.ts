import type { Check } from '../check.ts';
import { addresses } from '../checks/addresses.ts';
import { admission } from '../checks/admission.ts';
import { candidates } from '../checks/candidates.ts';
import { clock } from '../checks/clock.ts';
import { dns } from '../checks/dns.ts';
import { keys } from '../checks/keys.ts';
import { metricsPort } from '../checks/metrics-port.ts';
import { nodes } from '../checks/nodes.ts';
import { plainSignalling } from '../checks/plain-signalling.ts';
import { profiler } from '../checks/profiler.ts';
import { redisPort } from '../checks/redis-port.ts';
import { tls } from '../checks/tls.ts';
import { token } from '../checks/token.ts';
import { turnRelay } from '../checks/turn-relay.ts';
import { turnTls } from '../checks/turn-tls.ts';
import { websocket } from '../checks/websocket.ts';
import { apiGrants } from './access/api-grants.ts';
import { badTokensCheck } from './access/bad-tokens.ts';
import { hidden } from './access/hidden.ts';
import { mediaIsolation } from './access/media-isolation.ts';
import { participantGrants } from './access/participant-grants.ts';
import { roomIsolation } from './access/room-isolation.ts';
import { adminPages } from './exposure/admin-pages.ts';
import { crossOrigin } from './exposure/cross-origin.ts';
import { logs } from './exposure/logs.ts';
import { plainBeside } from './exposure/plain-beside.ts';
import { tlsVersions } from './exposure/tls-versions.ts';
import { turnCredentials } from './exposure/turn-credentials.ts';

/** Checks of what tokens open. */
const ACCESS: readonly Check[] = [
  badTokensCheck,
  roomIsolation,
  apiGrants,
  participantGrants,
  hidden,
  mediaIsolation,
];

/** Checks of what strangers reach. */
const EXPOSURE: readonly Check[] = [
  plainBeside,
  tlsVersions,
  turnCredentials,
  adminPages,
  crossOrigin,
  logs,
];

/** Checks of `swarm audit` that `swarm verify` does not have. */
export const AUDIT_ONLY: readonly Check[] = [...ACCESS, ...EXPOSURE];

/** Checks of `swarm audit`: those of `swarm verify` on security, and its own. */
export const AUDIT_CHECKS: readonly Check[] = [
  ...[dns, addresses, plainSignalling, tls, clock, admission, websocket, keys],
  ...ACCESS,
  ...[nodes, candidates, turnTls],
  ...EXPOSURE,
  // Permissions are asked of the relay itself: its media need not be checked before.
  { ...turnRelay, needs: ['nodes'] },
  ...[metricsPort, profiler, redisPort, token],
];
