import { DataPacket, RpcAck, RpcRequest, RpcResponse } from '@livekit/protocol';
import { describe, expect, it } from 'vitest';
import { fakeClock } from '../../test/support/fake-clock.ts';
import { RpcEndpoint } from './rpc-endpoint.ts';

/** Two endpoints on a reliable channel; the server adds the identity of the sender. */
const pair = () => {
  const clock = fakeClock();
  const sent: DataPacket[] = [];
  let isCut = false;
  const endpoint = (identity: string, remote: () => RpcEndpoint): RpcEndpoint =>
    new RpcEndpoint({
      clock,
      send: async (packet) => {
        if (isCut) throw new Error('the channel is closed');
        const arrived = DataPacket.fromBinary(packet.toBinary());
        arrived.participantIdentity = identity;
        sent.push(arrived);
        remote().received(arrived);
      },
    });
  const caller: RpcEndpoint = endpoint('caller', () => callee);
  const callee: RpcEndpoint = endpoint('callee', () => caller);
  return { clock, sent, caller, callee, cut: () => (isCut = true) };
};

/** An endpoint whose packets are lost. */
const alone = () => {
  const clock = fakeClock();
  const sent: DataPacket[] = [];
  const send = async (packet: DataPacket): Promise<void> => void sent.push(packet);
  return { clock, sent, caller: new RpcEndpoint({ clock, send }) };
};

const from = (participantIdentity: string, value: DataPacket['value']): DataPacket =>
  new DataPacket({ participantIdentity, value });

const idOf = (packet: DataPacket | undefined): string =>
  packet?.value.case === 'rpcRequest' ? packet.value.value.id : '';

describe('a call', () => {
  it('returns the answer of the method, after an acknowledgement', async () => {
    const { caller, callee, sent } = pair();
    callee.answer('upper', (payload, who) => `${who}: ${payload.toUpperCase()}`);
    await expect(caller.call('callee', 'upper', 'hello', 1_000)).resolves.toBe('caller: HELLO');
    expect(sent.map(({ value }) => value.case)).toEqual(['rpcRequest', 'rpcAck', 'rpcResponse']);
    expect(sent[0]).toMatchObject({ destinationIdentities: ['callee'] });
    expect(sent[0]?.value.value).toMatchObject({
      method: 'upper',
      payload: 'hello',
      responseTimeoutMs: 1_000,
      version: 1,
    });
  });

  it('fails with the code of LiveKit for a method that is not there', async () => {
    const { caller } = pair();
    await expect(caller.call('callee', 'none', '', 1_000)).rejects.toMatchObject({ code: 1400 });
  });

  it('fails with the code of LiveKit for an exception of the method', async () => {
    const { caller, callee } = pair();
    callee.answer('broken', () => {
      throw new Error('secret');
    });
    await expect(caller.call('callee', 'broken', '', 1_000)).rejects.toMatchObject({
      code: 1500,
      message: 'Application error in method handler',
    });
  });

  it.each([
    [15_360, 'x'],
    [15_360 / 2, 'é'],
  ])('takes %i of "%s", and not one byte more', async (count, letter) => {
    const { caller, callee } = pair();
    callee.answer('echo', (payload) => payload);
    callee.answer('longer', (payload) => `${payload}x`);
    const most = letter.repeat(count);
    await expect(caller.call('callee', 'echo', most, 1_000)).resolves.toBe(most);
    await expect(caller.call('callee', 'echo', `${most}x`, 1_000)).rejects.toMatchObject({
      code: 1402,
    });
    await expect(caller.call('callee', 'longer', most, 1_000)).rejects.toMatchObject({
      code: 1504,
    });
  });

  it('fails after seven seconds without an acknowledgement', async () => {
    const { caller, clock } = alone();
    const call = caller.call('absent', 'echo', '', 15_000);
    const failed = expect(call).rejects.toMatchObject({ code: 1501 });
    clock.advance(7_000);
    await failed;
  });

  it('fails when its time is over after an acknowledgement', async () => {
    const { caller, clock, sent } = alone();
    const call = caller.call('slow', 'echo', '', 15_000);
    const failed = expect(call).rejects.toMatchObject({ code: 1502 });
    caller.received(
      from('slow', { case: 'rpcAck', value: new RpcAck({ requestId: idOf(sent[0]) }) }),
    );
    clock.advance(15_000);
    await failed;
  });

  it('fails when the other participant leaves, or the connection ends', async () => {
    const { caller } = alone();
    const left = expect(caller.call('a', 'echo', '', 1_000)).rejects.toMatchObject({ code: 1503 });
    const closed = expect(caller.call('b', 'echo', '', 1_000)).rejects.toMatchObject({
      code: 1505,
    });
    caller.left('a');
    caller.close();
    await Promise.all([left, closed]);
  });

  it('fails at once when it cannot be sent', async () => {
    const { caller, cut } = pair();
    cut();
    await expect(caller.call('callee', 'echo', '', 1_000)).rejects.toMatchObject({ code: 1505 });
  });

  it('is answered only by the participant that was called', async () => {
    const { caller, clock, sent } = alone();
    const call = caller.call('callee', 'echo', '', 1_000);
    const failed = expect(call).rejects.toMatchObject({ code: 1502 });
    const value = { case: 'payload', value: 'forged' } as const;
    const answer = new RpcResponse({ requestId: idOf(sent[0]), value });
    caller.received(from('other', { case: 'rpcResponse', value: answer }));
    clock.advance(1_000);
    await failed;
  });
});

it('a request of a later version is refused', () => {
  const { caller, sent } = alone();
  const value = new RpcRequest({ id: '1', method: 'echo', version: 2 });
  caller.received(from('other', { case: 'rpcRequest', value }));
  expect(sent[1]?.value.value).toMatchObject({ value: { case: 'error', value: { code: 1404 } } });
});
