/** Calls and streams between engines: native, browser (livekit-client) and rtc (rtc-node). */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { skipWithout } from '@livekit-swarm/testkit/requirements';
import { beforeEach, expect, test } from 'vitest';
import { resultOf, runSwarm, scratch } from '../support/swarm.ts';

const reason = await skipWithout('chromium');
beforeEach(({ skip }) => skip(reason !== null, reason ?? ''));

/** Each engine sends to the next one: two rings, so that every engine sends to every other. */
const RINGS = { there: ['native', 'browser', 'rtc'], back: ['native', 'rtc', 'browser'] } as const;

const ENDS = Object.entries(RINGS).flatMap(([group, ring]) =>
  ring.map((from, index) => ({ group, from, to: ring[(index + 1) % ring.length] ?? from })),
);

const SCENARIO = `scenario: engines
groups:
${Object.keys(RINGS)
  .map(
    (group) => `  ${group}:
    executor: constant-rooms
    rooms: 1
    duration: 30s
    roles:
${ENDS.filter((end) => end.group === group)
  .map(({ from, to }) => {
    const engine = from === 'native' ? '' : `engine: ${from}, `;
    return `      ${from}: { count: 1, ${engine}rpc: { to: ${to}, every: 250ms, payload: 15360B }, dataStreams: { to: ${to}, size: 300kB, every: 3s } }`;
  })
  .join('\n')}`,
  )
  .join('\n')}
thresholds:
${ENDS.map(({ group, from, to }) => {
  const [sender, receiver] = [from, to].map((role) => `{group:${group},role:${role}}`);
  return `  rpc_errors${sender}: [rate==0]
  rpc_time${sender}: [p(50)<5s, p(95)<5s, count>=20]
  data_streams_incomplete${receiver}: [rate==0]
  data_stream_time${receiver}: [p(50)<10s, count>=3]
  data_stream_throughput${receiver}: [p(50)>1]`;
}).join('\n')}
`;

test('every engine calls the others with the largest payload and sends them byte streams: all are answered, and arrive whole', async () => {
  const file = join(scratch(), 'engines.yaml');
  writeFileSync(file, SCENARIO);
  const result = resultOf(await runSwarm(['run', file, '--json']));
  expect(result.joins).toMatchObject({ joined: 6, failed: 0 });
  const figures = ENDS.map(({ group, from, to }) => {
    const figureOf = (metric: string, role: string, expression: RegExp) =>
      result.thresholds.find(
        (one) =>
          one.metric === `${metric}{group:${group},role:${role}}` &&
          expression.test(one.expression),
      )?.value ?? Number.NaN;
    return {
      ends: `${from} → ${to}`,
      calls: figureOf('rpc_time', from, /count/),
      callsFailed: figureOf('rpc_errors', from, /rate/),
      callP50: figureOf('rpc_time', from, /p\(50\)/),
      callP95: figureOf('rpc_time', from, /p\(95\)/),
      streams: figureOf('data_stream_time', to, /count/),
      incomplete: figureOf('data_streams_incomplete', to, /rate/),
      streamP50: figureOf('data_stream_time', to, /p\(50\)/),
      megabits: figureOf('data_stream_throughput', to, /p\(50\)/) / 1e6,
    };
  });
  console.table(figures);
  for (const { ends, calls, callsFailed, streams, incomplete } of figures) {
    expect([callsFailed, incomplete], ends).toEqual([0, 0]);
    expect(calls, ends).toBeGreaterThanOrEqual(20);
    expect(streams, ends).toBeGreaterThanOrEqual(3);
  }
});
