import type { PathCheck } from '@livekit-swarm/probe';
import { expect, test } from 'vitest';
import { CONNECTIVITY_REPORTERS, type Connectivity } from './index.ts';

const { text, junit } = CONNECTIVITY_REPORTERS;

const check = (given: Partial<PathCheck> & Pick<PathCheck, 'path' | 'outcome'>): PathCheck => ({
  node: null,
  nodeId: 'ND_one',
  announced: [],
  addressFamily: null,
  joinTimeMs: null,
  allocationTimeMs: null,
  packetLoss: null,
  latencyMs: null,
  addedLatencyMs: null,
  reason: null,
  message: null,
  hint: null,
  ...given,
});

const checks = [
  check({
    ...{ path: 'direct', outcome: 'works', addressFamily: 4, joinTimeMs: 62, latencyMs: 0.4 },
    packetLoss: { up: 0, down: 0.012 },
  }),
  check({
    ...{ path: 'turn-tls', outcome: 'failed', reason: 'ice_timeout', message: 'a: no answer' },
    hint: 'let its port pass',
  }),
  check({ path: 'ice-tcp', outcome: 'not_offered', hint: 'set rtc.tcp_port' }),
];
const result: Connectivity = { url: 'wss://livekit.example.com', required: false, checks };

test('shows a line for each path, and what helps', () => {
  expect(text.render(result)).toBe(`Connectivity of wss://livekit.example.com

  node    path           result                 join   loss up/down  latency  added latency
  ND_one  direct (IPv4)  works                 62 ms  0.0 % / 1.2 %   0.4 ms              –
  ND_one  turn-tls       failed (ice_timeout)      –              –        –              –
  ND_one  ice-tcp        not offered               –              –        –              –

  turn-tls: a: no answer
    → let its port pass
  ice-tcp: not offered
    → set rtc.tcp_port
`);
});

test('a path that is not offered fails in JUnit only where it must work', () => {
  expect(junit.render(result)).toMatch(/failures="1"/);
  expect(junit.render(result)).toContain('<skipped');
  expect(junit.render({ ...result, required: true })).toMatch(/failures="2"/);
});
