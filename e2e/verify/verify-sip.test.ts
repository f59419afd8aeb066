/** SIP trunks and dispatch rules of a real livekit-server with Redis. livekit/sip itself is not run. */
import {
  SIPDispatchRule,
  SIPDispatchRuleIndividual,
  SIPDispatchRuleInfo,
  SIPTransport,
} from '@livekit/protocol';
import { type LiveKitServer, startLiveKit } from '@livekit-swarm/lab';
import { type RedisServer, startRedis } from '@livekit-swarm/testkit/redis-server';
import { skipWithout } from '@livekit-swarm/testkit/requirements';
import { SipClient } from 'livekit-server-sdk';
import { expect, it } from 'vitest';
import { scratch } from '../support/swarm.ts';
import { verify } from '../support/verify.ts';

await skipWithout('redis');

const SECRET = 'tr0ub4dor-and-3';
const PIN = '8675309';

const startServer = (redis: RedisServer): Promise<LiveKitServer> =>
  startLiveKit({
    dir: scratch(),
    config: { redis: { address: redis.url.slice('redis://'.length) } },
  });

const sipOf = (server: LiveKitServer): SipClient =>
  new SipClient(server.httpUrl, server.apiKey, server.apiSecret);

/** Outcome and evidence of both checks. */
const sipChecks = async (server: LiveKitServer) => {
  const { checks } = await verify(server);
  expect(JSON.stringify(checks)).not.toMatch(new RegExp(`${SECRET}|${PIN}`));
  const of = (id: string) => {
    const check = checks.find((one) => one.id === id);
    return [check?.outcome, ...(check?.evidence ?? [])];
  };
  return { trunks: of('sip-trunks'), rules: of('sip-rules') };
};

/** Carrier's addresses alone, TLS, one rule for the trunk with a room for each call. */
const plantGood = async (sip: SipClient): Promise<void> => {
  const trunk = await sip.createSipInboundTrunk('carrier', ['+12025550100'], {
    allowedAddresses: ['198.51.100.0/24'],
    ...{ authUsername: 'carrier', authPassword: SECRET },
  });
  await sip.createSipOutboundTrunk('carrier', 'sip.example.com', ['+12025550100'], {
    transport: SIPTransport.SIP_TRANSPORT_TLS,
    ...{ authUsername: 'swarm', authPassword: SECRET },
  });
  const perCall = { type: 'individual', roomPrefix: 'call' } as const;
  await sip.createSipDispatchRule(perCall, { name: 'agents', trunkIds: [trunk.sipTrunkId] });
  await sip.createSipDispatchRule(
    { type: 'direct', roomName: 'lobby', pin: PIN },
    { name: 'lobby', trunkIds: [trunk.sipTrunkId] },
  );
};

it('finds nothing in a good set-up, and is skipped without trunks', async () => {
  await using redis = await startRedis();
  await using server = await startServer(redis);
  const empty = await sipChecks(server);
  expect([empty.trunks, empty.rules]).toEqual([['skipped'], ['skipped']]);
  await plantGood(sipOf(server));
  expect(await sipChecks(server)).toEqual({
    trunks: ['passed', 'inbound trunks: 1, outbound trunks: 1'],
    rules: ['passed', 'dispatch rules: 2'],
  });
});

it('names each trunk and rule that is wrong, and no password', async () => {
  await using redis = await startRedis();
  await using server = await startServer(redis);
  const sip = sipOf(server);
  await plantGood(sip);
  // livekit-server refuses a trunk without any condition, and takes this one.
  const anyAddress = { allowedAddresses: ['0.0.0.0/0'] };
  const open = await sip.createSipInboundTrunk('trial', [], anyAddress);
  const number = await sip.createSipInboundTrunk('number', ['+12025550101']);
  const half = await sip.createSipInboundTrunk('half', ['+12025550102'], {
    authUsername: 'user',
    allowedAddresses: ['198.51.100.1/32', '198.51.100.1, 198.51.100.2', '198.51.100.1:5060'],
  });
  const byName = await sip.createSipInboundTrunk('name', ['+12025550103'], {
    allowedAddresses: ['sip.example.com', '198.51.100.9'],
  });
  const closed = await sip.createSipInboundTrunk('closed', ['+12025550106'], {
    allowedAddresses: ['198.51.100.9:5060'],
  });
  const pair = { allowedAddresses: ['198.51.100.7/32'] };
  const anyCaller = await sip.createSipInboundTrunk('any', ['+1 202 555 0104'], pair);
  const oneCaller = await sip.createSipInboundTrunk('one', ['+12025550104'], {
    ...pair,
    allowedNumbers: ['+12025550199'],
  });
  const outbound = await sip.createSipOutboundTrunk('plain', 'pbx.example.com', ['+12025550100'], {
    transport: SIPTransport.SIP_TRANSPORT_UDP,
  });
  const gone = await sip.createSipInboundTrunk('gone', ['+12025550105'], pair);
  const trunkIds = [half, byName, closed, anyCaller, oneCaller].map((trunk) => trunk.sipTrunkId);
  const lobby = await sip.createSipDispatchRule(
    { type: 'direct', roomName: 'all-hands' },
    { trunkIds: [...trunkIds, gone.sipTrunkId, outbound.sipTrunkId] },
  );
  await sip.deleteSipTrunk(gone.sipTrunkId);
  // livekit-server refuses a second rule for the same; two nodes at the same time store both.
  const second = new SIPDispatchRuleInfo({
    ...{ sipDispatchRuleId: 'SDR_second', trunkIds: trunkIds.slice(0, 1) },
    rule: new SIPDispatchRule({
      rule: { case: 'dispatchRuleIndividual', value: new SIPDispatchRuleIndividual() },
    }),
  });
  const bytes = Buffer.from(second.toBinary());
  await redis.client.hset('sip_dispatch_rule', second.sipDispatchRuleId, bytes);

  const { trunks, rules } = await sipChecks(server);
  const [trunksOutcome, ...ofTrunks] = trunks;
  const [rulesOutcome, ...ofRules] = rules;
  expect([trunksOutcome, rulesOutcome]).toEqual(['error', 'error']);
  const has = (list: (string | undefined)[], ...words: string[]): void => {
    const matching = list.filter((text) => words.every((word) => text?.includes(word)));
    expect(matching, `${words.join(' … ')} in ${list.join('\n')}`).toHaveLength(1);
  };
  has(ofTrunks, open.sipTrunkId, 'takes every call');
  has(ofTrunks, number.sipTrunkId, 'from every address to +12025550101');
  has(ofTrunks, half.sipTrunkId, 'user name without a password');
  has(ofTrunks, half.sipTrunkId, 'ignores', '"198.51.100.1, 198.51.100.2"');
  has(ofTrunks, half.sipTrunkId, '"198.51.100.1:5060" matches no caller');
  has(ofTrunks, byName.sipTrunkId, 'sip.example.com by its name');
  has(ofTrunks, byName.sipTrunkId, '198.51.100.9 without a prefix length');
  has(ofTrunks, closed.sipTrunkId, 'takes no call', '198.51.100.9:5060');
  has(ofTrunks, anyCaller.sipTrunkId, oneCaller.sipTrunkId, 'refuses');
  has(ofTrunks, outbound.sipTrunkId, 'does not demand TLS', 'udp');
  has(ofTrunks, outbound.sipTrunkId, 'no user name and password');
  expect(ofTrunks).toHaveLength(11);
  has(ofRules, open.sipTrunkId, 'no dispatch rule');
  has(ofRules, number.sipTrunkId, 'no dispatch rule', '+12025550101');
  has(ofRules, lobby.sipDispatchRuleId, gone.sipTrunkId, 'does not exist');
  has(ofRules, lobby.sipDispatchRuleId, outbound.sipTrunkId, 'is an outbound trunk');
  has(ofRules, lobby.sipDispatchRuleId, 'SDR_second', 'are for the same trunk');
  has(ofRules, lobby.sipDispatchRuleId, 'every caller into room all-hands');
  expect(ofRules).toHaveLength(6);

  // As long as both are there, livekit-server refuses every further rule.
  await sip.deleteSipDispatchRule(second.sipDispatchRuleId);
  // A rule for all trunks takes the calls that had none.
  await sip.createSipDispatchRule({ type: 'individual', roomPrefix: 'any' }, { name: 'any' });
  const [, ...later] = (await sipChecks(server)).rules;
  has(later, '(any)', 'names no trunk', 'from every address');
  expect(later).toHaveLength(4);
});
