import { parseScenario, type Scenario } from '@livekit-swarm/scenario';
import { expect, test } from 'vitest';
import { readAgentsSearch } from './read-request.ts';

const callsOf = (executor: string, conversation: string): Scenario =>
  parseScenario(
    `scenario: calls
groups:
  calls:
    executor: ${executor}
    roles:
      caller: { publish: audio, conversation: ${conversation} }
`,
    { file: 'calls.yaml' },
  );

const read = (scenario: Scenario) => readAgentsSearch('calls.yaml', {}, scenario);

test('callers must stay until an agent that does not join is lost', () => {
  const short = callsOf('constant-rooms\n    rooms: 1\n    duration: 30s', '{ answerWithin: 40s }');
  expect(() => read(short)).toThrow(/role caller stay for 30000 ms, .* within 40000 ms are lost/);
  const long = callsOf('constant-rooms\n    rooms: 1\n    duration: 40s', '{ answerWithin: 40s }');
  expect(read(long)).toMatchObject({ pauseMs: 5_000, workers: null });
  const hold = '{ agent: { name: desk, by: api, after: 25s }, answerWithin: 10s }';
  const held = callsOf('constant-rooms\n    rooms: 1\n    duration: 30s', hold);
  expect(() => read(held)).toThrow(/within 35000 ms are lost/);
});

test('calls that come and go keep their own times, which may be longer than a usual run', () => {
  const arrivals = (duration: string): string =>
    `constant-arrival-rate\n    rate: 1\n    duration: 2m\n    roomDuration: ${duration}`;
  expect(read(callsOf(arrivals('1m'), '{ answerWithin: 45s }')).pauseMs).toBe(5_000);
  expect(() => read(callsOf(arrivals('20s'), '{ answerWithin: 45s }'))).toThrow(
    expect.objectContaining({ hint: 'write a shorter answerWithin, or rooms that last longer' }),
  );
});

test('a scenario without callers is refused', () => {
  const scenario = parseScenario(
    'scenario: calls\ngroups: { calls: { executor: constant-rooms, rooms: 1, duration: 10s, roles: { a: { publish: audio } } } }',
    { file: 'calls.yaml' },
  );
  expect(() => read(scenario)).toThrow(/calls\.yaml: no role talks with a voice agent/);
});

test('metrics of workers and their cores need each other', () => {
  const calls = callsOf('constant-rooms\n    rooms: 1\n    duration: 40s', '{}');
  const page = 'http://10.0.0.7:9100/metrics';
  const both = { workerMetrics: [page], workerCores: '0.5' };
  expect(readAgentsSearch('calls.yaml', both, calls)).toMatchObject({
    workerMetrics: [page],
    workerCores: 0.5,
  });
  for (const one of [{ workerMetrics: [page] }, { workerCores: '2' }])
    expect(() => readAgentsSearch('calls.yaml', one, calls)).toThrow(/need each other/);
  const memory = (workerMemory: string) => () =>
    readAgentsSearch('calls.yaml', { ...both, workerMemory }, calls).workerBytes;
  expect(memory('2GB')()).toBe(2e9);
  expect(memory('2')).toThrow(/--worker-memory 2: not an amount of memory/);
  expect(memory('0MB')).toThrow(/not an amount/);
  expect(() => readAgentsSearch('calls.yaml', { workerMemory: '2GB' }, calls)).toThrow(
    /--worker-memory needs --worker-metrics/,
  );
});
