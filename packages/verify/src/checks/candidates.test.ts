import { describe, expect, it } from 'vitest';
import { outcomeOf } from '../../test/support/check-facts.ts';
import { candidatesRule } from './candidates.ts';

describe('candidates', () => {
  const judge = (
    candidate: string,
    signalling: string,
    more: { allowed?: string[]; own?: string } = {},
  ) =>
    outcomeOf(
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
    expect(outcomeOf(warned(['198.51.100.7', '172.18.0.2']))).toBe('warning');
    expect(JSON.stringify(warned(['198.51.100.7', '172.18.0.2']))).toContain(
      'announces 172.18.0.2, a private address behind NAT, beside 198.51.100.7',
    );
    expect(outcomeOf(warned(['198.51.100.7', '198.51.100.8'], ['198.51.100.8']))).toBe('warning');
    // The check of TCP reports this case.
    expect(outcomeOf(warned(['198.51.100.7'], ['198.51.100.7']))).toBe('passed');
    expect(outcomeOf(warned(['198.51.100.7', '198.51.100.8']))).toBe('passed');
    expect(JSON.stringify(warned(['172.18.0.2']))).toContain('announces 172.18.0.2');
  });

  it('a node without any candidate', () => {
    const facts = { signalling: ['192.0.2.1'], allowed: [], isOwn: () => false };
    expect(outcomeOf(candidatesRule({ ...facts, nodes: [{ prefix: '', candidates: [] }] }))).toBe(
      'error',
    );
  });
});
