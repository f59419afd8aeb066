import type { Check } from '../check.ts';
import { addresses } from './addresses.ts';
import { admission } from './admission.ts';
import { agents } from './agents.ts';
import { candidates } from './candidates.ts';
import { clock } from './clock.ts';
import { dns } from './dns.ts';
import { iceTcp } from './ice-tcp.ts';
import { idle } from './idle.ts';
import { keys } from './keys.ts';
import { limits } from './limits.ts';
import { metricsPort } from './metrics-port.ts';
import { nodes } from './nodes.ts';
import { plainSignalling } from './plain-signalling.ts';
import { profiler } from './profiler.ts';
import { redisPort } from './redis-port.ts';
import { registry } from './registry.ts';
import { reload } from './reload.ts';
import { requestSize } from './request-size.ts';
import { sipRules, sipTrunks } from './sip-routing.ts';
import { splitBrain } from './split-brain.ts';
import { tls } from './tls.ts';
import { token } from './token.ts';
import { tokenEndpoint } from './token-endpoint.ts';
import { turn } from './turn.ts';
import { turnRelay } from './turn-relay.ts';
import { turnTls } from './turn-tls.ts';
import { udp } from './udp.ts';
import { versions } from './versions.ts';
import { webhooks } from './webhooks.ts';
import { websocket } from './websocket.ts';

/** Checks in their order of execution: a check comes after those it needs. */
export const CHECKS: readonly Check[] = [
  dns,
  addresses,
  plainSignalling,
  tls,
  clock,
  admission,
  requestSize,
  websocket,
  keys,
  nodes,
  versions,
  registry,
  splitBrain,
  limits,
  candidates,
  udp,
  iceTcp,
  turnTls,
  turn,
  turnRelay,
  metricsPort,
  profiler,
  redisPort,
  tokenEndpoint,
  token,
  webhooks,
  agents,
  sipTrunks,
  sipRules,
  idle,
  reload,
];
