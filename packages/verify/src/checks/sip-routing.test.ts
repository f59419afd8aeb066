import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { readRouting, type SipRouting } from '@livekit-swarm/sip';
import { expect, it } from 'vitest';
import { routingOf, sipRulesRule, sipTrunksRule } from './sip-routing.ts';

const EMPTY: SipRouting = { inbound: [], outbound: [], rules: [] };
const TRUNK: SipRouting['inbound'][number] = {
  id: 'ST_1',
  name: 'trial',
  numbers: [],
  addresses: [],
  callers: [],
  credentials: 'none',
};

it('is skipped without Redis, and without trunks', () => {
  for (const rule of [sipTrunksRule, sipRulesRule])
    for (const routing of [null, EMPTY])
      expect(rule(routing)).toMatchObject({ outcome: 'skipped' });
});

it('finds an open trunk, and states how to close it', () => {
  expect(sipTrunksRule({ ...EMPTY, inbound: [TRUNK] })).toMatchObject({
    ...{ outcome: 'found', severity: 'error' },
    evidence: [expect.stringContaining('ST_1 (trial) takes every call')],
    fix: expect.stringContaining('allowed_addresses'),
  });
});

it('is an error where no allowed address matches a caller', () => {
  expect(sipTrunksRule({ ...EMPTY, inbound: [{ ...TRUNK, addresses: ['a:5060'] }] })).toMatchObject(
    {
      ...{ outcome: 'found', severity: 'error' },
      evidence: [expect.stringContaining('ST_1 (trial) takes no call')],
      fix: expect.stringContaining('without a port'),
    },
  );
});

it('is an error where one of several findings is, and names each fix once', () => {
  const rule = {
    id: 'SDR_1',
    name: '',
    trunkIds: [],
    callers: [],
    numbers: [],
    room: null,
    pin: null,
  };
  const other = { ...rule, id: 'SDR_2' };
  const result = sipRulesRule({ ...EMPTY, rules: [rule, other] });
  expect(result).toMatchObject({
    ...{ outcome: 'found', severity: 'error' },
    fix: 'delete one of the rules; name the trunks of the rule in trunk_ids',
  });
});

it('names twenty problems, errors first, and the number of the others', () => {
  const warning = { ...TRUNK, numbers: ['+12025550100'], addresses: ['sip.example.com'] };
  const inbound = Array.from({ length: 30 }, (_, index) => ({
    ...{ ...warning, id: `ST_${index}`, numbers: [`+120255501${index + 10}`] },
  }));
  const result = sipTrunksRule({ ...EMPTY, inbound: [...inbound, TRUNK] });
  if (result.outcome !== 'found') throw new Error(result.outcome);
  expect(result.severity).toBe('error');
  expect(result.evidence).toHaveLength(21);
  expect(result.evidence[0]).toContain('ST_1 (trial) takes every call');
  expect(result.evidence.at(-1)).toBe('and 11 further problems');
});

/** Result where the API of rooms is offered, and calls of SIP have this answer. */
const resultOf = async (status: number, type: string, body: string) => {
  const server = createServer((_request, response) =>
    response.writeHead(status, { 'content-type': type, server: 'nginx' }).end(body),
  ).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `ws://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const target = { url, apiKey: 'key', apiSecret: 'a-secret-of-at-least-thirty-two-bytes' };
  try {
    return await routingOf(
      { api: async () => null, sipRouting: () => readRouting(target, 3) },
      sipTrunksRule,
    );
  } finally {
    server.closeAllConnections();
    server.close();
  }
};

it.each([403, 404])(
  'is skipped where a proxy answers calls of SIP itself, with %i',
  async (status) => {
    expect(await resultOf(status, 'text/html', '<html>')).toMatchObject({
      outcome: 'skipped',
      reason: expect.stringMatching(/nginx.*this check needs the API of SIP; .*--api-url/),
    });
  },
);

it('is not skipped where livekit-server fails', async () => {
  const failure = JSON.stringify({ code: 'internal', msg: 'lost' });
  await expect(resultOf(500, 'application/json', failure)).rejects.toThrow('lost');
});
