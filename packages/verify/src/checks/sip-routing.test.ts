import type { SipRouting } from '@livekit-swarm/sip';
import { expect, it } from 'vitest';
import { sipRulesRule, sipTrunksRule } from './sip-routing.ts';

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
