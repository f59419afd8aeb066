import {
  type SIPDispatchRule,
  type SIPDispatchRuleInfo,
  type SIPInboundTrunkInfo,
  type SIPOutboundTrunkInfo,
  SIPTransport,
} from '@livekit/protocol';
import { ApiRejection, type ApiTarget, sipOf } from '@livekit-swarm/livekit';
import type {
  Credentials,
  DispatchRule,
  InboundTrunk,
  OutboundTrunk,
  SipRouting,
} from './routing.ts';

/**
 * Trunks and dispatch rules by the API. Passwords and PINs, which it also returns, are dropped here.
 * @returns null if the deployment has no SIP: its server has no Redis, or does not know trunks
 * @throws ApiRejection
 */
export const readRouting = async (
  target: ApiTarget,
  timeoutSeconds: number,
): Promise<SipRouting | null> => {
  const client = await sipOf(target, timeoutSeconds);
  try {
    const inbound = await client.listSipInboundTrunk();
    const outbound = await client.listSipOutboundTrunk();
    const rules = await client.listSipDispatchRule();
    return routingOf(inbound, outbound, rules);
  } catch (error) {
    if (isWithoutSip(error)) return null;
    throw error;
  }
};

/** Answers of a livekit-server without Redis, and of one that is older than trunks. */
const isWithoutSip = (error: unknown): boolean =>
  error instanceof ApiRejection &&
  (error.code === 'bad_route' || /sip not connected/i.test(error.message));

export const routingOf = (
  inbound: readonly SIPInboundTrunkInfo[],
  outbound: readonly SIPOutboundTrunkInfo[],
  rules: readonly SIPDispatchRuleInfo[],
): SipRouting => {
  const pins: string[] = [];
  const pinOf = (pin: string): number | null => {
    if (pin === '') return null;
    if (!pins.includes(pin)) pins.push(pin);
    return pins.indexOf(pin);
  };
  return {
    inbound: inbound.map(inboundOf),
    // A trunk of the first API is listed for both directions, without an address if it has one only.
    outbound: outbound.filter(({ address }) => address !== '').map(outboundOf),
    rules: rules.map((rule) => ruleOf(rule, pinOf)),
  };
};

const inboundOf = (trunk: SIPInboundTrunkInfo): InboundTrunk => ({
  id: trunk.sipTrunkId,
  name: trunk.name,
  numbers: trunk.numbers,
  addresses: trunk.allowedAddresses,
  callers: trunk.allowedNumbers,
  credentials: credentialsOf(trunk),
});

const TRANSPORTS: Readonly<Record<SIPTransport, OutboundTrunk['transport']>> = {
  [SIPTransport.SIP_TRANSPORT_AUTO]: 'auto',
  [SIPTransport.SIP_TRANSPORT_UDP]: 'udp',
  [SIPTransport.SIP_TRANSPORT_TCP]: 'tcp',
  [SIPTransport.SIP_TRANSPORT_TLS]: 'tls',
};

const outboundOf = (trunk: SIPOutboundTrunkInfo): OutboundTrunk => ({
  id: trunk.sipTrunkId,
  name: trunk.name,
  address: trunk.address,
  transport: TRANSPORTS[trunk.transport],
  credentials: credentialsOf(trunk),
});

const credentialsOf = (trunk: { authUsername: string; authPassword: string }): Credentials => {
  const given = [trunk.authUsername, trunk.authPassword].filter((value) => value !== '').length;
  if (given === 0) return 'none';
  return given === 2 ? 'both' : 'half';
};

const ruleOf = (
  info: SIPDispatchRuleInfo,
  pinOf: (pin: string) => number | null,
): DispatchRule => ({
  id: info.sipDispatchRuleId,
  name: info.name,
  trunkIds: info.trunkIds,
  callers: info.inboundNumbers,
  numbers: info.numbers,
  ...targetOf(info.rule, pinOf),
});

const targetOf = (
  rule: SIPDispatchRule | undefined,
  pinOf: (pin: string) => number | null,
): Pick<DispatchRule, 'room' | 'pin'> => {
  const kind = rule?.rule;
  if (kind?.value === undefined) return { room: null, pin: null };
  return {
    room: kind.case === 'dispatchRuleDirect' ? kind.value.roomName : null,
    pin: pinOf(kind.value.pin),
  };
};
