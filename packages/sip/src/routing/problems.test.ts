import { describe, expect, it } from 'vitest';
import { findRoutingProblems } from './problems.ts';
import type { DispatchRule, InboundTrunk, OutboundTrunk, SipRouting } from './routing.ts';
import type { RoutingProblemKind } from './routing-problem.ts';

const NUMBER = '+12025550100';

const inbound = (changes: Partial<InboundTrunk> = {}): InboundTrunk => ({
  ...{ id: 'ST_in', name: 'carrier', numbers: [NUMBER], callers: [] },
  ...{ addresses: ['203.0.113.0/24'], credentials: 'none' },
  ...changes,
});

const outbound = (changes: Partial<OutboundTrunk> = {}): OutboundTrunk => ({
  ...{ id: 'ST_out', name: 'carrier', address: 'sip.example.com' },
  ...{ transport: 'tls', credentials: 'both' },
  ...changes,
});

const rule = (changes: Partial<DispatchRule> = {}): DispatchRule => ({
  ...{ id: 'SDR_a', name: 'agents', trunkIds: ['ST_in'], callers: [], numbers: [] },
  ...{ room: null, pin: null },
  ...changes,
});

const kinds = (changes: Partial<SipRouting>): RoutingProblemKind[] =>
  findRoutingProblems({
    ...{ inbound: [inbound()], outbound: [outbound()], rules: [rule()] },
    ...changes,
  }).map(({ kind }) => kind);

it('finds nothing where a carrier calls by its addresses, and each call has its room', () => {
  expect(kinds({})).toEqual([]);
});

describe('inbound trunks', () => {
  it.each<[string, Partial<InboundTrunk>, RoutingProblemKind[]]>([
    ['open to all', { numbers: [], addresses: [] }, ['open_trunk']],
    ['numbers alone', { addresses: [] }, ['open_number']],
    ['every address', { addresses: ['0.0.0.0/0'] }, ['open_number']],
    ['ignored addresses alone', { addresses: ['a;b'] }, ['open_number', 'address_ignored']],
    ['one ignored address', { addresses: ['203.0.113.7/32', '*'] }, ['address_ignored']],
    ['an address with a port alone', { addresses: ['203.0.113.7:5060'] }, ['no_caller']],
    [
      'an address with a port, too',
      { addresses: ['203.0.113.7/32', '203.0.113.7:5060'] },
      ['address_broken'],
    ],
    ['a name', { addresses: ['sip.example.com'] }, ['address_by_name']],
    ['an address without prefix', { addresses: ['203.0.113.7'] }, ['address_without_prefix']],
    ['this, and a password', { addresses: ['203.0.113.7'], credentials: 'both' }, []],
    ['a name, and a password', { addresses: ['sip.example.com'], credentials: 'both' }, []],
    ['a password', { numbers: [], addresses: [], credentials: 'both' }, []],
    ['half a password', { credentials: 'half' }, ['half_credentials']],
    [
      'half a password, any address',
      { addresses: [], credentials: 'half' },
      ['half_credentials', 'open_number'],
    ],
  ])('%s', (_, changes, found) => {
    expect(kinds({ inbound: [inbound(changes)] })).toEqual(found);
  });

  const second = (changes: Partial<InboundTrunk>): RoutingProblemKind[] =>
    kinds({
      inbound: [inbound(), inbound({ id: 'ST_2', ...changes })],
      rules: [rule({ trunkIds: ['ST_in', 'ST_2'] })],
    });

  it('two trunks compete for the calls that both match', () => {
    expect(second({ callers: ['+12025550111'] })).toEqual(['ambiguous_trunks']);
    expect(second({ numbers: ['1-202-555-0100'] })).toEqual(['ambiguous_trunks']);
    expect(second({ numbers: ['+12025550199'] })).toEqual([]);
    expect(second({ addresses: ['198.51.100.0/24'] })).toEqual([]);
    expect(second({ addresses: ['203.0.113.128/25'] })).toEqual(['ambiguous_trunks']);
    expect(second({ addresses: ['198.51.100.0/24', '203.0.112.0/23'] })).toEqual([
      'ambiguous_trunks',
    ]);
    // A trunk with the number comes before one for all numbers.
    expect(second({ numbers: [] })).toEqual([]);
  });
});

describe('outbound trunks', () => {
  it.each<[string, Partial<OutboundTrunk>, RoutingProblemKind[]]>([
    ['no TLS', { transport: 'auto' }, ['outbound_without_tls']],
    ['no password', { credentials: 'none' }, ['outbound_without_password']],
    ['half a password', { credentials: 'half' }, ['half_credentials']],
    [
      'an own telephone system',
      { address: '10.0.0.5:5060', transport: 'udp', credentials: 'none' },
      [],
    ],
    ['one of the cluster', { address: 'pbx:5060', transport: 'udp', credentials: 'none' }, []],
    [
      'a public address',
      { address: '203.0.113.7:5060', transport: 'udp' },
      ['outbound_without_tls'],
    ],
    ['IPv6', { address: '[fd00::5]:5060', transport: 'udp', credentials: 'none' }, []],
    ['IPv6 without brackets', { address: 'fd00::5060', transport: 'udp' }, []],
    [
      'public IPv6 without brackets',
      { address: '2001:db8::5060', transport: 'udp' },
      ['outbound_without_tls'],
    ],
    ...['pbx.default.svc', 'pbx.default.svc.cluster.local:5060', 'pbx.LAN', 'a.internal.'].map(
      (address): [string, Partial<OutboundTrunk>, RoutingProblemKind[]] => [
        address,
        { address, transport: 'udp', credentials: 'none' },
        [],
      ],
    ),
    ['a public name', { address: 'svc.example.com', transport: 'udp' }, ['outbound_without_tls']],
  ])('%s', (_, changes, found) => {
    expect(kinds({ outbound: [outbound(changes)] })).toEqual(found);
  });
});

describe('dispatch rules', () => {
  it.each<[string, DispatchRule[], RoutingProblemKind[]]>([
    ['none', [], ['trunk_without_rule']],
    ['for another number', [rule({ numbers: ['+12025550199'] })], ['trunk_without_rule']],
    // livekit-server compares the called number with those of rules as they are written.
    ['for the number without +', [rule({ numbers: ['12025550100'] })], ['trunk_without_rule']],
    [
      'for the number with spaces',
      [rule({ numbers: ['+1 202 555 0100'] })],
      ['trunk_without_rule'],
    ],
    [
      'for a number in two forms',
      [rule({ numbers: [NUMBER] }), rule({ id: 'SDR_b', numbers: ['1 202 555 0100'] })],
      ['ambiguous_rules'],
    ],
    [
      'for a caller in two forms',
      [rule({ callers: [NUMBER] }), rule({ id: 'SDR_b', callers: ['12025550100'] })],
      ['ambiguous_rules'],
    ],
    ['for a deleted trunk, too', [rule({ trunkIds: ['ST_in', 'ST_gone'] })], ['unknown_trunk']],
    ['for an outbound trunk, too', [rule({ trunkIds: ['ST_in', 'ST_out'] })], ['unknown_trunk']],
    ['for all trunks', [rule({ trunkIds: [] })], ['open_rule']],
    ['for all trunks, with a PIN', [rule({ trunkIds: [], pin: 0 })], []],
    ['twice', [rule(), rule({ id: 'SDR_b' })], ['ambiguous_rules']],
    ['with two PINs', [rule({ pin: 0 }), rule({ id: 'SDR_b', pin: 1 })], []],
    ['for a number and the others', [rule({ numbers: [NUMBER] }), rule({ id: 'SDR_b' })], []],
    ['one room', [rule({ room: 'lobby' })], ['room_without_pin']],
    ['one room with a PIN', [rule({ room: 'lobby', pin: 0 })], []],
    ['one room for one caller', [rule({ room: 'lobby', callers: ['+12025550111'] })], []],
  ])('%s', (_, rules, found) => {
    expect(kinds({ rules })).toEqual(found);
  });

  it.each(['+1 (202) 555-0100', '12025550100'])('takes the number of a trunk %s', (number) => {
    const trunk = inbound({ numbers: [number] });
    expect(kinds({ inbound: [trunk], rules: [rule({ numbers: [NUMBER] })] })).toEqual([]);
  });

  it('a trunk without + may get calls without it', () => {
    const numbers = ['12025550100'];
    expect(kinds({ inbound: [inbound({ numbers })], rules: [rule({ numbers })] })).toEqual([]);
  });

  it('one room is closed where the trunk allows certain callers', () => {
    const trunk = inbound({ callers: ['+12025550111'] });
    expect(kinds({ inbound: [trunk], rules: [rule({ room: 'lobby' })] })).toEqual([]);
  });
});
