import {
  SIPDispatchRule,
  SIPDispatchRuleInfo,
  SIPInboundTrunkInfo,
  SIPOutboundTrunkInfo,
  SIPTransport,
} from '@livekit/protocol';
import { expect, it } from 'vitest';
import { routingOf } from './read-routing.ts';

const SECRET = 'hunter2';
const PIN = '4711';

const direct = (id: string, pin: string): SIPDispatchRuleInfo =>
  new SIPDispatchRuleInfo({
    sipDispatchRuleId: id,
    rule: new SIPDispatchRule({
      rule: { case: 'dispatchRuleDirect', value: { roomName: 'lobby', pin } },
    }),
  });

it('keeps numbers as they were written: livekit-server compares those of rules so', () => {
  const { inbound, rules } = routingOf(
    [new SIPInboundTrunkInfo({ numbers: ['1 202'], allowedNumbers: ['1-303'] })],
    [],
    [new SIPDispatchRuleInfo({ numbers: ['1 202'], inboundNumbers: ['1-303'] })],
  );
  for (const entry of [...inbound, ...rules])
    expect(entry).toMatchObject({ numbers: ['1 202'], callers: ['1-303'] });
});

it('keeps whether there is a password and which PINs are the same, and neither of them', () => {
  const routing = routingOf(
    [new SIPInboundTrunkInfo({ sipTrunkId: 'ST_1', authUsername: 'u', authPassword: SECRET })],
    [
      new SIPOutboundTrunkInfo({
        ...{ sipTrunkId: 'ST_2', address: 'a.example', authPassword: SECRET },
        transport: SIPTransport.SIP_TRANSPORT_TLS,
      }),
      // The inbound half of a trunk of the first API.
      new SIPOutboundTrunkInfo({ sipTrunkId: 'ST_3' }),
    ],
    [direct('SDR_1', PIN), direct('SDR_2', ''), direct('SDR_3', PIN), direct('SDR_4', '1')],
  );
  expect(routing.inbound.map(({ credentials }) => credentials)).toEqual(['both']);
  expect(routing.outbound).toMatchObject([{ id: 'ST_2', transport: 'tls', credentials: 'half' }]);
  expect(routing.rules.map(({ room, pin }) => [room, pin])).toEqual([
    ['lobby', 0],
    ['lobby', null],
    ['lobby', 0],
    ['lobby', 1],
  ]);
  expect(JSON.stringify(routing)).not.toMatch(new RegExp(`${SECRET}|${PIN}`));
});
