import { expect, it } from 'vitest';
import { outcomeOf, pathAt } from '../../test/support/check-facts.ts';
import { udpRule } from './udp.ts';

it('no UDP is a warning where TCP works on the same node', () => {
  const offered = pathAt('direct', 'not_offered', 'a');
  expect(outcomeOf(udpRule([offered, pathAt('ice-tcp', 'works', 'a')]))).toBe('warning');
  expect(outcomeOf(udpRule([offered, pathAt('ice-tcp', 'failed', 'a')]))).toBe('error');
  expect(
    outcomeOf(udpRule([offered, pathAt('ice-tcp', 'works', 'b'), pathAt('direct', 'works', 'b')])),
  ).toBe('error');
  expect(outcomeOf(udpRule([pathAt('direct', 'works')]))).toBe('passed');
  expect(outcomeOf(udpRule([pathAt('direct', 'failed'), pathAt('ice-tcp', 'works')]))).toBe(
    'error',
  );
  const { cause } = { cause: '', ...udpRule([offered, pathAt('ice-tcp', 'works', 'a')]) };
  expect(cause).toContain('rtc.force_tcp');
  expect(cause).not.toContain('firewall');
});
