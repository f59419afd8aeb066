import { expect, test } from 'vitest';
import { callsFile } from './calls-file.ts';
import { type CallScript, callerScenario } from './scenario.ts';

const script = (changes: Partial<CallScript> = {}): CallScript => ({
  address: { host: 'sip.example.com', port: 5_070, transport: 'udp' },
  ...{ payloadType: 0, hasCredentials: false, answerWithinMs: 30_000, holdMs: 10_000 },
  transferTo: null,
  ...changes,
});

test.each([
  {},
  { hasCredentials: true },
  { transferTo: 'tel:+15105550100' },
  { hasCredentials: true, transferTo: 'tel:+15105550100', payloadType: 8 as const },
])('every branch of a scenario leads to one label: %o', (changes) => {
  const xml = callerScenario(script(changes));
  const labels = [...xml.matchAll(/<label id="(\w+)"/g)].map(([, name]) => name);
  const targets = [...xml.matchAll(/(?:next|ontimeout)="(\w+)"/g)].map(([, name]) => name);
  expect(labels).toEqual([...new Set(labels)]);
  expect(new Set(targets)).toEqual(new Set(labels));
});

test('a challenge is answered only with credentials, and only once', () => {
  expect(callerScenario(script())).not.toContain('auth="true"');
  const xml = callerScenario(script({ hasCredentials: true }));
  // Both codes, before and after a provisional response.
  expect(xml.match(/auth="true"/g)).toHaveLength(4);
  expect(xml.match(/CSeq: 2 INVITE/g)).toHaveLength(1);
});

test('each wait of a call that is held ends with a look at the time since its answer', () => {
  const xml = callerScenario(script());
  const held = xml.slice(xml.indexOf('<label id="talking"/>'), xml.indexOf('<label id="held"/>'));
  // Two requests and the end of the other side; the ACK of an offer, which may not arrive.
  expect(held.match(/timeout="500" ontimeout="look"/g)).toHaveLength(3);
  expect(held).toContain('ontimeout="look" next="look"');
  // Only a look leads on, until the hold is over.
  expect(held.match(/next="talking"/g)).toHaveLength(1);
  expect(held).toContain('compare="greater_than_equal" value="10000000"');
});

test('the file of calls has a line for each, the password in none but its own field', () => {
  const calls = [
    { to: '100', from: 'swarm', port: 4_000 },
    { to: '101', from: 'swarm', port: 4_002 },
  ];
  expect(callsFile(calls, { username: 'anna', password: 'hunter2' }, 2)).toBe(`SEQUENTIAL
100;swarm;4000;[authentication username=anna password=hunter2];call
101;swarm;4002;[authentication username=anna password=hunter2];call
;;;;idle
;;;;idle
`);
  expect(callsFile(calls.slice(1), null, 0)).toBe('SEQUENTIAL\n101;swarm;4002;;call\n');
});

test.each(['a;b', 'a b', 'a]b', 'a"b', 'a=b'])(
  'a password that SIPp would not read: %s',
  (password) => {
    expect(() => callsFile([], { username: 'anna', password }, 0)).toThrow(
      'the password for digest',
    );
    expect(() => callsFile([], { username: 'anna', password }, 0)).not.toThrow(password);
  },
);
