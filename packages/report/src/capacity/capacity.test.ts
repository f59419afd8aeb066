import {
  type CapacityResult,
  concludeCapacity,
  type SearchResult,
  type StepFacts,
} from '@livekit-swarm/analysis/capacity';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, test } from 'vitest';
import schema from '../../schema/capacity.schema.json' with { type: 'json' };
import { CAPACITY_REPORTERS } from './index.ts';
import { predictionText } from './model-text.ts';

const stepOf = (load: number, outcome: StepFacts['outcome']): StepFacts => {
  const crossed = outcome === 'crossed';
  const rates = { packetsUp: 100 * load, packetsDown: 100 * load };
  const bits = { bitsUp: 80_000 * load, bitsDown: 80_000 * load };
  return {
    load,
    repeat: 1,
    record: `records/${load}`,
    outcome,
    evidence:
      outcome === 'inconclusive'
        ? null
        : { windows: 4, crossed: crossed ? 4 : 0, failedAsAWhole: false, certain: false },
    planned: {
      rooms: load,
      participants: 2 * load,
      publishers: 2 * load,
      subscribers: 2 * load,
      tracksUp: 2 * load,
      tracksDown: 2 * load,
      ...rates,
      ...bits,
    },
    measured: {
      joined: 2 * load,
      joinTimeP95Ms: 120,
      joinFailures: 0,
      loss: crossed ? 0.03 : 0,
      uplinkLoss: 0,
      jitterP95Ms: crossed ? 44 : 2,
      latencyP95Ms: crossed ? 320 : 6,
      cpuCores: 0.02 + 0.018 * load,
      busiestNodeCores: 0.02 + 0.018 * load,
      memoryBytes: 80e6 + 1e6 * load,
      ...bits,
      ...rates,
      drops: 0,
      nodes: 1,
    },
    crossings: crossed
      ? [
          {
            metric: 'media_latency',
            expression: 'media_latency: p(95)<200',
            value: 320,
            limit: 200,
            resource: null,
          },
        ]
      : [],
    rejected: [],
    serverEnded: false,
    sourcesLost: [],
    impairments: outcome === 'inconclusive' ? ['cpu_starved'] : [],
    reasons: [],
  };
};

const resultOf = (
  steps: StepFacts[],
  found: SearchResult,
  changes: Partial<Parameters<typeof concludeCapacity>[0]> = {},
): CapacityResult =>
  concludeCapacity({
    scenario: 'calls <b>',
    unit: 'rooms',
    startedAt: '2026-11-23T12:00:00.000Z',
    limits: ['cpu=70%'],
    error: null,
    target: { url: null, serverVersion: '1.13.4', nodeCores: 0.2 },
    cpu: null,
    steps,
    searches: [found],
    stopped: null,
    ...changes,
  });

const knee = resultOf(
  [
    stepOf(1, 'held'),
    stepOf(9, 'held'),
    stepOf(9, 'held'),
    stepOf(10, 'crossed'),
    stepOf(10, 'crossed'),
  ],
  { end: 'knee', carried: 9, decided: true, exceeded: 10 },
);
const bound = resultOf(
  [stepOf(4, 'held'), stepOf(4, 'held'), ...[8, 8, 8].map((load) => stepOf(load, 'inconclusive'))],
  { end: 'generator', carried: 4, decided: true, exceeded: null },
);

const profileOf = (selfMs: number): NonNullable<CapacityResult['profiles']>[number] => ({
  ...{ node: 'livekit-server', failure: null, file: 'profile-livekit-server.pb.gz' },
  ...{ fromMs: 12_000, durationMs: 10_000, cpuCores: 0.2, cpuMs: 2_000 },
  functions: [{ name: 'runtime.futex', selfMs, totalMs: selfMs }],
  ...{ names: ['runtime.futex'], frames: [[0, -1, selfMs]] },
});
const profiled = resultOf(
  [stepOf(9, 'held'), stepOf(10, 'crossed'), stepOf(18, 'crossed')],
  { end: 'knee', carried: 9, decided: true, exceeded: 10 },
  {
    profiles: [
      { load: 18, profiles: [profileOf(200)] },
      { load: 10, profiles: [profileOf(500)] },
      { load: 10, profiles: [{ ...profileOf(0), failure: 'no answer', cpuMs: 0 }] },
    ],
  },
);

/** Text without the breaks between lines. */
const flat = (text: string): string => text.replaceAll(/\s+/g, ' ');

describe('the text', () => {
  test('states the load that is carried, the first bottleneck, its cost and how many nodes are needed', () => {
    const text = CAPACITY_REPORTERS.text.render(knee);
    expect(text).toMatch(/^CAPACITY \(exit 0\)/);
    expect(text).toContain('The node carries 9 rooms (18 participants); 10 are too many.');
    expect(flat(text)).toContain('First bottleneck: CPU; the busiest node used 100 % of its cores');
    expect(flat(text)).toContain('media_latency: p(95)<200 was crossed by 320 ms.');
    expect(text).toMatch(/^ +9 +18 .* carried$/m);
    expect(text).toMatch(/^ +10 +20 .* exceeded$/m);
    expect(text).toMatch(/NODES NEEDED, with 1\.5 × headroom/);
    expect(text).toMatch(/^ +100 +9$/m);
    expect(text).toContain('COST MODEL');
    for (const line of text.split('\n')) expect(line.length).toBeLessThanOrEqual(125);
  });

  test('blames the workers of agents only where the server is known to have had CPU left', () => {
    const late = (node: Partial<StepFacts['measured']>): string => {
      const step = stepOf(10, 'crossed');
      const crossings = step.crossings.map((one) => ({ ...one, metric: 'agent_response_time' }));
      const measured = { ...step.measured, ...node };
      const steps = [stepOf(9, 'held'), { ...step, measured, crossings }];
      const found = { end: 'knee', carried: 9, decided: true, exceeded: 10 } as const;
      return flat(CAPACITY_REPORTERS.text.render(resultOf(steps, found, { workers: 2 })));
    };
    const known = late({ busiestNodeCores: 0.05 });
    expect(known).toContain('First bottleneck: late or missing answers of the agents');
    expect(known).toContain('the server had CPU left, so that the workers');
    expect(known).toContain('A worker carries 4.5 rooms, on average of 2 workers.');
    expect(late({ busiestNodeCores: null })).toContain(
      'is not known without the CPU of the server',
    );
  });

  test('names the CPU of workers as the limit', () => {
    const step = stepOf(9, 'crossed');
    const crossings = step.crossings.map((one) => ({ ...one, metric: 'agent_response_time' }));
    const measured = { ...step.measured, busiestNodeCores: null };
    const agents = { callers: 9, lost: 0, withoutJob: 0, busiestWorkerCores: 0.48 };
    const found = { end: 'knee', carried: 8, decided: true, exceeded: 9 } as const;
    const result = resultOf([stepOf(8, 'held'), { ...step, measured, crossings, agents }], found, {
      workers: 1,
      workerCores: 0.5,
    });
    expect(flat(CAPACITY_REPORTERS.text.render(result))).toContain(
      'First bottleneck: the CPU of the workers of the agents; the busiest worker used 96 % of its cores',
    );
  });

  test('names the memory of workers as the limit', () => {
    const step = stepOf(9, 'crossed');
    const crossings = step.crossings.map((one) => ({ ...one, metric: 'agents_lost' }));
    const measured = { ...step.measured, busiestNodeCores: null };
    const usage = { busiestWorkerCores: 0.1, largestWorkerBytes: 490e6 };
    const agents = { callers: 9, lost: 2, withoutJob: 0, ...usage };
    const found = { end: 'knee', carried: 8, decided: true, exceeded: 9 } as const;
    const result = resultOf([stepOf(8, 'held'), { ...step, measured, crossings, agents }], found, {
      workers: 1,
      workerCores: 0.5,
      workerBytes: 500e6,
    });
    expect(flat(CAPACITY_REPORTERS.text.render(result))).toContain(
      'First bottleneck: the memory of the workers of the agents; the busiest worker used 20 % of its cores; the largest worker used 98 % of its memory',
    );
  });

  test('names the jobs of workers as the limit', () => {
    const step = stepOf(9, 'crossed');
    const crossings = step.crossings.map((one) => ({ ...one, metric: 'agents_lost' }));
    const measured = { ...step.measured, busiestNodeCores: null };
    const lost = { ...step, measured, crossings, agents: { callers: 9, lost: 1, withoutJob: 1 } };
    const found = { end: 'knee', carried: 8, decided: true, exceeded: 9 } as const;
    const result = resultOf([stepOf(8, 'held'), lost], found, { workers: 1 });
    const text = flat(CAPACITY_REPORTERS.text.render(result));
    expect(text).toContain(
      'First bottleneck: the jobs that the workers of the agents take at a time',
    );
    expect(text).toContain('no worker took the job of 1 caller');
  });

  test('calls a lower bound one', () => {
    const text = CAPACITY_REPORTERS.text.render(bound);
    expect(text).toMatch(/^INCONCLUSIVE \(exit 98\)/);
    expect(text).toContain('The node carries at least 4 rooms (8 participants)');
    expect(flat(text)).toContain('the load generator was impaired, not the server');
    expect(text).toContain('NODES NEEDED AT MOST');
    expect(text).toMatch(/^ +8 .* inconclusive$/m);
  });
});

test('the profile is that of the limit, in every report', () => {
  expect(profiled.profiles).toEqual([profileOf(500)]);
  const text = CAPACITY_REPORTERS.text.render(profiled);
  expect(text).toMatch(/CPU PROFILE AT THE LIMIT[\s\S]*runtime\.futex +25 % +25 %/);
  expect(CAPACITY_REPORTERS.markdown.render(profiled)).toContain('## CPU profile at the limit');
  expect(CAPACITY_REPORTERS.html.render(profiled)).toContain('Flame graph of livekit-server');
  const failed = { ...profileOf(0), failure: 'no answer', cpuMs: 0 };
  const noted = CAPACITY_REPORTERS.text.render({ ...profiled, profiles: [failed] });
  expect(noted).toContain('No CPU profile of livekit-server: no answer.');
  expect(noted).not.toContain('CPU PROFILE AT THE LIMIT');
});

test('the JSON has the published schema', () => {
  const validate = new Ajv2020({ allowUnionTypes: true }).compile(schema);
  for (const result of [knee, bound, profiled]) {
    expect(
      validate(JSON.parse(CAPACITY_REPORTERS.json.render(result))),
      String(validate.errors),
    ).toBe(true);
  }
});

describe('the page', () => {
  const page = CAPACITY_REPORTERS.html.render(knee);

  test('has a chart of every figure that was measured at two loads', () => {
    for (const title of ['Server CPU, cores', 'Server memory', 'Latency p95', 'Loss'])
      expect(page).toContain(`<h3>${title}</h3>`);
    expect(page.match(/<circle class="crossed"/g)?.length).toBeGreaterThan(3);
  });

  test('escapes names', () => {
    expect(page).toContain('calls &lt;b&gt;');
    expect(page).not.toContain('calls <b>');
  });
});

test('a prediction states how wrong it may be', () => {
  if (knee.model === null) throw new Error('no model');
  const planned = stepOf(3, 'held').planned;
  const text = predictionText([{ scenario: 'webinar', planned, cpuCores: 1.234 }], knee.model);
  expect(text).toMatch(/webinar +3 +6 .* 1\.23 cores/);
  expect(text).toContain('its error on other shapes is not known');
});
