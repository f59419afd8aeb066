/** Tests of the rule of every check, with made-up observations. */
import { type AnnouncedPaths, type ReportedNode, rejectionOf } from '@livekit-swarm/livekit';
import type { PathCheck } from '@livekit-swarm/probe';
import { describe, expect, it } from 'vitest';
import type { CheckResult } from '../check.ts';
import type { NodeFacts } from '../facts/facts.ts';
import { isService, redisKind } from '../facts/open-services.ts';
import { addressesRule } from './addresses.ts';
import { admissionRule } from './admission.ts';
import { agentsRule } from './agents.ts';
import { candidatesRule } from './candidates.ts';
import { certificateRule, type PresentedCertificate } from './certificate.ts';
import { clockRule } from './clock.ts';
import { idleRule } from './idle.ts';
import { keysRule } from './keys.ts';
import { limitsRule } from './limits.ts';
import { metricsRule } from './metrics-port.ts';
import { nodesRule } from './nodes.ts';
import { pathsRule } from './paths.ts';
import { profilerRule } from './profiler.ts';
import { redisPortRule } from './redis-port.ts';
import { registryRule } from './registry.ts';
import { reloadRule } from './reload.ts';
import { neededSizes, requestSizeRule } from './request-size.ts';
import { splitBrainRule } from './split-brain.ts';
import { decodeToken, tokenRule } from './token.ts';
import { tokenEndpointRule } from './token-endpoint.ts';
import { turnRule } from './turn.ts';
import { turnRelayRule } from './turn-relay.ts';
import { udpRule } from './udp.ts';
import { versionsRule } from './versions.ts';
import { webhooksRule } from './webhooks.ts';
import { websocketRule } from './websocket.ts';

/** Outcome or severity: `passed`, `error`, `warning`, `unknown` or `skipped`. */
const of = (result: CheckResult): string =>
  result.outcome === 'found' ? result.severity : result.outcome;

const SERVER = 'https://livekit.example.com';
const NOW = Date.UTC(2026, 0, 15, 12);
const DAY = 86_400_000;

describe('addresses', () => {
  const at = (address: string, error: string | null) => ({
    ...{ address, error, family: address.includes(':') ? 6 : 4 },
  });
  it.each([
    [[null, null], 'passed'],
    [[null, 'ECONNREFUSED'], 'error'],
    [['no answer', 'ECONNREFUSED'], 'error'],
  ] as const)('%j: %s', (errors, outcome) => {
    const answers = errors.map((error, index) => at(`192.0.2.${index + 1}`, error));
    expect(of(addressesRule(answers, 443))).toBe(outcome);
  });

  it('does not report a family for which this host has no route', () => {
    const v6 = at('2001:db8::1', 'ENETUNREACH');
    expect(of(addressesRule([at('192.0.2.1', null), v6], 443))).toBe('passed');
    expect(of(addressesRule([v6], 443))).toBe('unknown');
  });
});

describe('certificates', () => {
  const presented = (given: Partial<PresentedCertificate>): PresentedCertificate => ({
    ...{ where: 'wss://livekit.example.com', error: null, names: 'DNS:livekit.example.com' },
    expiresAt: NOW + 60 * DAY,
    ...given,
  });
  it.each([
    [{}, 'passed'],
    [{ expiresAt: NOW + 13 * DAY }, 'warning'],
    [{ error: 'CERT_HAS_EXPIRED' }, 'error'],
    [{ error: 'ERR_TLS_CERT_ALTNAME_INVALID' }, 'error'],
    [{ error: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE' }, 'error'],
    [{ error: 'ECONNREFUSED', expiresAt: null }, 'error'],
  ] as const)('%j: %s', (given, outcome) => {
    expect(of(certificateRule([presented({}), presented(given)], NOW))).toBe(outcome);
  });
});

describe('clock', () => {
  const answer = (offsetSeconds: number) => ({
    date: new Date(NOW + offsetSeconds * 1_000).toUTCString(),
    ...{ askedAt: NOW, answeredAt: NOW + 100 },
  });
  it.each([
    [0, 'passed'],
    [-5, 'passed'],
    [8, 'warning'],
    [-120, 'error'],
  ])('%d s: %s', (seconds, outcome) => {
    expect(of(clockRule(answer(seconds)))).toBe(outcome);
  });

  it('leaves an answer without a Date to the check of admission', () => {
    expect(of(clockRule({ ...answer(0), date: null }))).toBe('skipped');
  });
});

describe('admission and WebSocket', () => {
  const rejected = (
    reason:
      | 'unauthorized'
      | 'no_route'
      | 'server_full'
      | 'room_not_found'
      | 'bad_gateway'
      | 'wrong_path',
  ) => ({
    ok: false as const,
    rejection: { reason, message: 'no', retryable: false },
  });
  it('reports answers of the deployment, and not errors of this host', () => {
    expect(of(admissionRule({ ok: true, signalling: 'v1' }))).toBe('passed');
    expect(of(admissionRule(rejected('unauthorized')))).toBe('error');
    expect(of(admissionRule(rejected('no_route')))).toBe('unknown');
    // The outage of a proxy is never a pass.
    expect(of(admissionRule(rejected('bad_gateway')))).toBe('error');
    // A server with room.auto_create: false accepts the token before it looks for the room.
    expect(admissionRule(rejected('room_not_found'))).toEqual({
      outcome: 'passed',
      evidence: [expect.any(String), expect.stringContaining('room.auto_create: false')],
    });
    // Browsers join at /rtc, by their fallback.
    const { rejection } = rejected('wrong_path');
    expect(admissionRule({ ok: true, signalling: 'v0', belowRtc: rejection })).toMatchObject({
      outcome: 'found',
      severity: 'warning',
      evidence: [expect.stringContaining('(wrong_path)')],
    });
    // The check of limits reports this.
    expect(of(admissionRule(rejected('server_full')))).toBe('passed');
  });

  it.each([
    [{ status: 502, body: '<html><hr><center>nginx</center></html>' }, 'browsers do not join'],
    [{ status: 200, body: '<!doctype html><title>Meet</title>' }, 'browsers do not join'],
    [{ status: 431, body: '' }, 'browsers may join, as they send the token in the URL'],
    [
      { status: 302, body: '', headers: { location: 'https://sso.example.com/login' } },
      'browsers do not join, unless they are logged in there',
    ],
  ])('states what the answer %j of a proxy means for browsers', (received, browsers) => {
    const answer = { headers: {}, ...received };
    const rejection = rejectionOf(answer, { url: `${SERVER}/rtc/v1/validate` }, SERVER);
    expect(admissionRule({ ok: false, rejection })).toMatchObject({
      cause: expect.stringMatching(new RegExp(`; ${browsers}$`)),
    });
    expect(websocketRule(rejection)).toMatchObject({
      cause: expect.stringMatching(new RegExp(`; ${browsers}$`)),
    });
  });

  it('states nothing of browsers where livekit-server itself refused', () => {
    const answer = { status: 401, headers: { vary: 'Origin' }, body: 'invalid API key: x' };
    const rejection = rejectionOf(answer, { url: `${SERVER}/rtc/v1/validate` }, SERVER);
    expect(admissionRule({ ok: false, rejection })).not.toHaveProperty('cause');
  });

  it('finds a proxy that does not upgrade', () => {
    expect(of(websocketRule(null))).toBe('passed');
    const failure = { reason: 'bad_request', message: '400', retryable: false };
    expect(of(websocketRule(failure))).toBe('error');
  });
});

it('keys: sample keys and short secrets', () => {
  expect(of(keysRule(['devkey'], 'secret'))).toBe('error');
  expect(of(keysRule([], 'too-short'))).toBe('warning');
  expect(of(keysRule([], 'x'.repeat(32)))).toBe('passed');
});

const announced: AnnouncedPaths = {
  ...{ node: 'ND_one', serverVersion: '1.13.4', candidates: [], turnUrls: [], turnServers: [] },
};
const failing = (reason: string) => ({ reason, message: 'no', retryable: false });
const node = (joined: NodeFacts['joined']): NodeFacts => ({ name: 'node-1', joined });

it('nodes: one that accepts no participants', () => {
  expect(of(nodesRule([node(announced)]))).toBe('passed');
  expect(of(nodesRule([node(announced), node(failing('signal_timeout'))]))).toBe('error');
  expect(of(nodesRule([node(failing('bad_gateway'))]))).toBe('error');
});

it('limits: a node at its limit, rooms that are too small', () => {
  const facts = { maxParticipants: 0, codecs: [], nodes: [node(announced)], wanted: 2 };
  expect(of(limitsRule(facts))).toBe('passed');
  expect(of(limitsRule({ ...facts, maxParticipants: 100, wanted: 50 }))).toBe('passed');
  expect(of(limitsRule({ ...facts, maxParticipants: 20, wanted: 50 }))).toBe('error');
  expect(of(limitsRule({ ...facts, codecs: [] }))).toBe('passed');
  expect(of(limitsRule({ ...facts, nodes: [node(failing('server_full'))] }))).toBe('error');
});

describe('limits: codecs that clients publish', () => {
  it.each([
    [['audio/opus', 'audio/RED', 'video/VP8', 'video/H264', 'video/rtx'], 'passed', ''],
    [['audio/red', 'video/vp8', 'video/h264'], 'error', 'no audio'],
    [['audio/opus', 'audio/red', 'video/av1', 'video/rtx'], 'error', 'neither VP8 nor H.264'],
    [['audio/opus', 'audio/red', 'video/h264'], 'warning', '--codec h264'],
    [['audio/opus', 'audio/red', 'video/vp8'], 'warning', 'H.264'],
    [['audio/opus', 'video/vp8', 'video/h264'], 'warning', 'RED'],
    [['audio/opus', 'audio/red'], 'warning', 'no video'],
  ])('%j: %s', (codecs, outcome, named) => {
    const result = limitsRule({ maxParticipants: 0, codecs, nodes: [node(announced)], wanted: 2 });
    expect(of(result)).toBe(outcome);
    expect(JSON.stringify(result)).toContain(named);
  });
});

describe('candidates', () => {
  const judge = (
    candidate: string,
    signalling: string,
    more: { allowed?: string[]; own?: string } = {},
  ) =>
    of(
      candidatesRule({
        nodes: [{ prefix: '', candidates: [{ protocol: 'udp', address: candidate, port: 7882 }] }],
        signalling: [signalling],
        allowed: more.allowed ?? [],
        isOwn: (address) => address === more.own,
      }),
    );
  it.each([
    ['198.51.100.7', '203.0.113.1', 'passed'],
    ['10.0.0.7', '203.0.113.1', 'error'],
    ['127.0.0.1', '203.0.113.1', 'error'],
    ['172.17.0.2', '203.0.113.1', 'error'],
    ['fd00::7', '2001:db8::1', 'error'],
    ['10.0.0.7', '10.0.0.1', 'passed'],
    ['198.51.100.7', '10.0.0.1', 'passed'],
    ['172.17.0.2', '10.0.0.1', 'error'],
    ['127.0.0.1', '10.0.0.1', 'error'],
    ['127.0.0.1', '127.0.0.1', 'passed'],
    ['10.0.0.7', '127.0.0.1', 'error'],
  ])('%s with signalling at %s: %s', (candidate, signalling, outcome) => {
    expect(judge(candidate, signalling)).toBe(outcome);
  });

  it('an address of this host reaches participants on this host', () => {
    expect(judge('10.0.0.7', '127.0.0.1', { own: '10.0.0.7' })).toBe('passed');
  });

  it('allowed addresses replace the comparison with signalling', () => {
    const allowed = ['198.51.100.0/24'];
    expect(judge('198.51.100.7', '203.0.113.1', { allowed })).toBe('passed');
    expect(judge('192.0.2.1', '203.0.113.1', { allowed })).toBe('error');
  });

  it('an unreachable address next to one that users reach', () => {
    const warned = (addresses: string[], unreached: string[] = []) => {
      const candidates = addresses.map((address) => ({
        ...{ protocol: 'udp' as const, address, port: 7882 },
      }));
      return candidatesRule({
        nodes: [{ prefix: '', candidates }],
        ...{ signalling: ['203.0.113.1'], allowed: [], isOwn: () => false, unreached },
      });
    };
    expect(of(warned(['198.51.100.7', '172.18.0.2']))).toBe('warning');
    expect(JSON.stringify(warned(['198.51.100.7', '172.18.0.2']))).toContain(
      'announces 172.18.0.2, a private address behind NAT, beside 198.51.100.7',
    );
    expect(of(warned(['198.51.100.7', '198.51.100.8'], ['198.51.100.8']))).toBe('warning');
    // The check of TCP reports this case.
    expect(of(warned(['198.51.100.7'], ['198.51.100.7']))).toBe('passed');
    expect(of(warned(['198.51.100.7', '198.51.100.8']))).toBe('passed');
    expect(JSON.stringify(warned(['172.18.0.2']))).toContain('announces 172.18.0.2');
  });

  it('a node without any candidate', () => {
    const facts = { signalling: ['192.0.2.1'], allowed: [], isOwn: () => false };
    expect(of(candidatesRule({ ...facts, nodes: [{ prefix: '', candidates: [] }] }))).toBe('error');
  });
});

describe('paths of media', () => {
  const path = (outcome: PathCheck['outcome']): PathCheck => ({
    ...{ path: 'turn-udp', node: null, nodeId: null, outcome, announced: [], addressFamily: null },
    ...{ joinTimeMs: null, allocationTimeMs: null, packetLoss: null, latencyMs: null },
    ...{ addedLatencyMs: null, reason: null, message: null, hint: null },
  });
  it.each([
    [['works', 'not_offered'], 'passed'],
    [['works', 'failed'], 'error'],
    [['not_offered', 'not_offered'], 'warning'],
  ] as const)('%j: %s', (outcomes, outcome) => {
    expect(of(pathsRule(outcomes.map(path), 'warning'))).toBe(outcome);
  });

  const at = (
    given: PathCheck['path'],
    outcome: PathCheck['outcome'],
    node: string | null = null,
    reason: string | null = null,
  ): PathCheck => ({ ...path(outcome), path: given, node, reason });

  it('no UDP is a warning where TCP works on the same node', () => {
    const offered = at('direct', 'not_offered', 'a');
    expect(of(udpRule([offered, at('ice-tcp', 'works', 'a')]))).toBe('warning');
    expect(of(udpRule([offered, at('ice-tcp', 'failed', 'a')]))).toBe('error');
    expect(of(udpRule([offered, at('ice-tcp', 'works', 'b'), at('direct', 'works', 'b')]))).toBe(
      'error',
    );
    expect(of(udpRule([at('direct', 'works')]))).toBe('passed');
    expect(of(udpRule([at('direct', 'failed'), at('ice-tcp', 'works')]))).toBe('error');
    const { cause } = { cause: '', ...udpRule([offered, at('ice-tcp', 'works', 'a')]) };
    expect(cause).toContain('rtc.force_tcp');
    expect(cause).not.toContain('firewall');
  });

  it('TURN: of the application, or useless if nodes have no UDP', () => {
    const none = [at('turn-udp', 'not_offered'), at('turn-tls', 'not_offered')];
    const relay = (granted: boolean, failure: string | null = null) => ({
      ...{ url: 'turn:192.0.2.9', failure },
      permissions:
        failure === null ? [{ peer: '192.0.2.1', granted, code: granted ? null : 403 }] : [],
    });
    expect(of(turnRule(none, []))).toBe('warning');
    expect(JSON.stringify(turnRule(none, []))).toContain('--turn-url');
    expect(of(turnRule(none, [relay(true)]))).toBe('passed');
    expect(of(turnRule(none, [relay(true), relay(false)]))).toBe('error');
    expect(of(turnRule(none, [relay(true, 'it refuses an allocation (401)')]))).toBe('error');
    const useless = at('turn-udp', 'failed', null, 'udp_not_offered');
    expect(of(turnRule([useless, at('turn-tls', 'not_offered')], []))).toBe('warning');
    expect(of(turnRule([useless, at('turn-tls', 'failed', null, 'turn_tls')], []))).toBe('error');
  });

  it('slow joins on an overloaded host show nothing', () => {
    const slow = { ...path('failed'), reason: 'join_slow' };
    expect(of(pathsRule([path('works'), slow], 'error'))).toBe('unknown');
    expect(of(pathsRule([path('failed'), slow], 'error'))).toBe('error');
  });
});

it('turn-relay: permitted private peers; a server that was not asked is unknown', () => {
  const answer = (granted: boolean, failure: string | null = null) => ({
    ...{ url: 'turn:192.0.2.1', failure },
    permissions: [{ peer: '10.0.0.1', granted, code: granted ? null : 403 }],
  });
  expect(of(turnRelayRule([answer(false)]))).toBe('passed');
  expect(of(turnRelayRule([answer(false), answer(true)]))).toBe('error');
  expect(of(turnRelayRule([answer(false), answer(false, 'it does not answer')]))).toBe('unknown');
});

it('split-brain: pairs in two copies of their room', () => {
  const pair = (a: string, b: string) => ({ rooms: [a, b], nodes: ['ND_a', 'ND_b'] }) as const;
  expect(of(splitBrainRule([pair('RM_1', 'RM_1')]))).toBe('passed');
  expect(of(splitBrainRule([pair('RM_1', 'RM_1'), pair('RM_2', 'RM_3')]))).toBe('error');
});

it('versions: nodes that differ', () => {
  const version = (text: string) => ({ prefix: '', version: text });
  expect(of(versionsRule([version('1.13.4'), version('1.13.4')]))).toBe('passed');
  expect(of(versionsRule([version('1.13.4'), version('1.11.0')]))).toBe('warning');
});

it('registry: a node that Redis does not know, and one that does not report', () => {
  const entry = (id: string, ageSeconds: number): ReportedNode => ({
    ...{ id, state: 'serving', updatedAt: NOW / 1_000 - ageSeconds, ip: '10.0.0.1' },
    stats: {
      ...{ cpuCores: 0, memoryBytes: 0, rooms: 0, clients: 0, tracksIn: 0, tracksOut: 0 },
      ...{ bytesIn: 0, bytesOut: 0, packetsIn: 0, packetsOut: 0, sysPacketsDropped: 0 },
    },
  });
  const judge = (registered: ReportedNode[], reached: string[]) =>
    of(registryRule({ registered, reached, nowMs: NOW }));
  expect(judge([entry('ND_a', 1)], ['ND_a'])).toBe('passed');
  expect(judge([entry('ND_a', 1)], ['ND_b'])).toBe('error');
  expect(judge([entry('ND_a', 1), entry('ND_b', 300)], ['ND_a'])).toBe('warning');
});

describe('ports that answer users', () => {
  const METRICS = '# HELP livekit_room_total\n# TYPE livekit_room_total gauge\n';
  it('recognises services by their answers', () => {
    expect(redisKind('+PONG\r\n')).toBe('redis');
    expect(redisKind('-NOAUTH Authentication required.\r\n')).toBe('redis_with_password');
    expect(redisKind('HTTP/1.1 400 Bad Request')).toBeNull();
    expect(isService('metrics', `HTTP/1.0 200 OK\r\n\r\n${METRICS}`)).toBe(true);
    expect(isService('metrics', `HTTP/1.0 401 Unauthorized\r\n\r\n${METRICS}`)).toBe(false);
    expect(isService('metrics', METRICS)).toBe(true);
    expect(isService('profiler', '<a href="goroutine?debug=1">')).toBe(true);
    expect(isService('profiler', 'OK')).toBe(false);
  });

  it('finds each of them', () => {
    const open = (kind: 'redis' | 'redis_with_password' | 'metrics' | 'profiler') => [
      { address: '192.0.2.1', port: 1, kind },
    ];
    expect(of(redisPortRule([]))).toBe('passed');
    expect(of(redisPortRule(open('redis')))).toBe('error');
    expect(of(redisPortRule(open('redis_with_password')))).toBe('warning');
    expect(of(redisPortRule(open('metrics')))).toBe('passed');
    expect(of(metricsRule(null, 'http://a', open('redis')))).toBe('passed');
    expect(of(metricsRule(null, 'http://a', open('metrics')))).toBe('error');
    expect(of(metricsRule(METRICS, 'http://a', []))).toBe('error');
    expect(of(metricsRule('OK', 'http://a', []))).toBe('passed');
    expect(of(profilerRule(new Map(), []))).toBe('passed');
    expect(of(profilerRule(new Map([['/debug', 'goroutine 1 [running]:']]), []))).toBe('error');
    expect(of(profilerRule(new Map(), open('profiler')))).toBe('error');
  });
});

describe('token', () => {
  const HOUR = 3_600;
  const claims = (video: object, exp: number | null = HOUR) => ({
    video: { roomJoin: true, room: 'a', ...video },
    ...(exp !== null && { exp: NOW / 1_000 + exp }),
  });
  it.each([
    [claims({ canPublish: true }), 'passed'],
    [claims({ roomAdmin: true }), 'error'],
    [claims({ roomCreate: true }), 'error'],
    [claims({ room: '' }), 'error'],
    [claims({}, -1), 'error'],
    [claims({}, null), 'error'],
    [claims({}, 48 * HOUR), 'warning'],
    [{ ...claims({}), sip: { admin: true } }, 'error'],
  ])('%j: %s', (given, outcome) => {
    expect(of(tokenRule(given, NOW))).toBe(outcome);
  });

  it('explains the use of roomCreate where the API creates rooms', () => {
    const given = {
      exp: NOW / 1_000 + 600,
      video: { roomJoin: true, room: 'a', roomCreate: true },
    };
    const evidence = [expect.stringContaining('room.auto_create: false')];
    expect(tokenRule(given, NOW, false)).toMatchObject({ outcome: 'found', evidence });
    expect(tokenRule(given, NOW, true)).not.toMatchObject({ evidence });
  });

  it('is decoded without the secret', () => {
    const part = (value: object): string =>
      Buffer.from(JSON.stringify(value)).toString('base64url');
    expect(decodeToken(`${part({})}.${part({ exp: 5 })}.sig`)).toEqual({ exp: 5 });
    expect(of(tokenRule(decodeToken('not a token'), NOW))).toBe('error');
  });
});

it('reload: a connection that was closed, and joins that failed', () => {
  const kept = { endedAfterMs: null, why: '', joins: 20, failures: [], watchedMs: 5_100 };
  expect(of(reloadRule(kept))).toBe('passed');
  expect(reloadRule({ ...kept, endedAfterMs: 1_020, why: 'closed (code 1006)' })).toMatchObject({
    severity: 'error',
    evidence: ['the reload closed a signal connection after 1.0 s: closed (code 1006)'],
  });
  expect(reloadRule({ ...kept, failures: ['refused', 'refused'] })).toMatchObject({
    evidence: ['2 of 20 joins failed meanwhile: refused'],
  });
});

it('idle: a connection that was closed', () => {
  expect(of(idleRule(null, '', 90_000))).toBe('passed');
  expect(of(idleRule(60_000, 'closed (code 1006)', 90_000))).toBe('error');
});

it('token-endpoint: no answer, a token that is not accepted, and a slow answer', () => {
  const ticket = { url: 'wss://livekit.example.com', token: 'abc' };
  const ok = { ok: true, signalling: 'v1' } as const;
  const rejection = { reason: 'unauthorized' as const, message: 'no', retryable: false };
  expect(of(tokenEndpointRule(ticket, 50, ok))).toBe('passed');
  expect(of(tokenEndpointRule(ticket, 3_000, ok))).toBe('warning');
  expect(of(tokenEndpointRule(ticket, 50, { ok: false, rejection }))).toBe('error');
  const tooLarge = rejectionOf(
    { status: 431, headers: { server: 'nginx' }, body: '' },
    { url: `${SERVER}/rtc/v1/validate` },
    SERVER,
  );
  expect(tokenEndpointRule(ticket, 50, { ok: false, rejection: tooLarge })).toMatchObject({
    evidence: [expect.stringContaining('(header_too_large)')],
    ...{ fix: tooLarge.hint, cause: expect.stringContaining('A proxy in front') },
  });
  expect(of(tokenEndpointRule(failing('token_rejected'), 50, null))).toBe('error');
  expect(of(tokenEndpointRule(failing('dns_failed'), 50, null))).toBe('unknown');
});

it('request-size: less than a join with the token needs', () => {
  const measured = (url: number, header: number, proxy: 'nginx' | null = null) =>
    (['url', 'header'] as const).map((part) => {
      const passes = part === 'url' ? url : header;
      const refused = { size: passes * 2, answer: 'HTTP 414', reason: 'url_too_long' as const };
      return { part, passes, refused: passes === 16_384 ? null : refused, proxy };
    });
  const common = neededSizes(null);
  expect(of(requestSizeRule(measured(16_384, 16_384), common))).toBe('passed');
  expect(of(requestSizeRule(measured(4_096, 4_096), common))).toBe('passed');
  expect(of(requestSizeRule(measured(2_048, 4_096), common))).toBe('warning');
  const large = neededSizes('x'.repeat(6_000));
  expect(requestSizeRule(measured(16_384, 4_096), large)).toMatchObject({
    ...{ outcome: 'found', severity: 'warning' },
    evidence: [expect.stringContaining('one of 8192 does not: HTTP 414 (url_too_long)')],
    cause: expect.stringContaining('browsers join'),
  });
  expect(requestSizeRule(measured(4_096, 16_384), large)).toMatchObject({
    cause: expect.stringContaining('browsers do not join'),
  });
  expect(of(requestSizeRule(measured(16_384, 8_192), large))).toBe('passed');
  const named = JSON.stringify(requestSizeRule(measured(2_048, 2_048, 'nginx'), large));
  expect(named).toContain('large_client_header_buffers');
  expect(named).not.toContain('tune.bufsize');
  expect(JSON.stringify(requestSizeRule(measured(0, 0), common))).toContain('tune.bufsize');
});

it('webhooks: none, of another key, without a signature; those of other rooms do not count', () => {
  const judge = (...given: [room: string, issuer: string | null, isValid: boolean][]) =>
    of(
      webhooksRule(
        given.map(([room, issuer, isValid]) => ({ room, issuer, isValid })),
        'own',
        'key',
      ),
    );
  expect(judge(['own', 'key', true], ['other', 'stranger', false])).toBe('passed');
  expect(judge()).toBe('error');
  expect(judge(['other', 'key', true])).toBe('error');
  expect(judge(['own', 'other-key', false])).toBe('error');
  expect(judge(['own', null, false])).toBe('error');
});

it('agents: a job that no agent took', () => {
  expect(of(agentsRule('helper', ['agent-AJ_1']))).toBe('passed');
  expect(of(agentsRule('helper', []))).toBe('error');
});
