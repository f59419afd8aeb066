import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, it } from 'vitest';
import { drillOf } from '../../../chaos/test/support/drill-of.ts';
import {
  emptyDrill,
  interruptedDrill,
  largeDrill,
  passedDrill,
  resultOf,
  splitBrainDrill,
  variedDrill,
  voidDrill,
} from '../../../chaos/test/support/drill-results.ts';
import { drillResultJsonSchema, strictDrillResultJsonSchema } from './document-schema.ts';
import { type DrillOutcome, type NoDrill, renderDrillJson } from './render-json.ts';

const PUBLISHED = new URL('../../schema/drill-result.schema.json', import.meta.url);

const validatorOf = (schema: object) => {
  const validate = new Ajv2020({ allErrors: true, strict: true, allowUnionTypes: true }).compile(
    schema,
  );
  return (json: string): string[] =>
    validate(JSON.parse(json))
      ? []
      : (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`);
};

const noDrill: NoDrill = {
  drill: 'kill-redis',
  exitCode: 3,
  code: 'component_not_found',
  message: 'there is no Redis',
  hint: null,
};

const OUTCOMES: [string, DrillOutcome[]][] = [
  ['one that passed', [passedDrill()]],
  ['one that failed as known', [splitBrainDrill()]],
  ['several repeats', [variedDrill()]],
  ['one that is void', [voidDrill()]],
  ['one that was interrupted', [interruptedDrill()]],
  ['one without participants', [emptyDrill()]],
  ['one without a repeat', [resultOf(drillOf(), [])]],
  ['one with many participants', [largeDrill({ rooms: 30 })]],
  ['one that could not be carried out', [noDrill]],
  ['several', [passedDrill(), noDrill]],
  ['none', []],
];

describe('the published schema of drill results', () => {
  it('is what the code generates; if not, run "npm run docs"', () =>
    expect(readFileSync(PUBLISHED, 'utf8')).toBe(
      `${JSON.stringify(drillResultJsonSchema(), null, 2)}\n`,
    ));

  it.each(OUTCOMES)('takes %s', (_, outcomes) =>
    expect(
      validatorOf(JSON.parse(readFileSync(PUBLISHED, 'utf8')))(renderDrillJson(outcomes)),
    ).toEqual([]),
  );

  it.each(OUTCOMES)('leaves nothing undescribed of %s', (_, outcomes) =>
    expect(validatorOf(strictDrillResultJsonSchema())(renderDrillJson(outcomes))).toEqual([]),
  );

  it('takes what later versions add, but nothing that is wrong', () => {
    const check = validatorOf(drillResultJsonSchema());
    const result = JSON.parse(renderDrillJson([passedDrill()]));
    expect(check(JSON.stringify({ ...result, later: 1 }))).toEqual([]);
    expect(check(JSON.stringify({ ...result, verdict: 'perhaps' }))).not.toEqual([]);
    expect(
      check(JSON.stringify({ ...result, schema: 'livekit-swarm/drill-result/2' })),
    ).not.toEqual([]);
    const { repeats: _, ...without } = result;
    expect(check(JSON.stringify(without))).not.toEqual([]);
  });
});

const numbersIn = (json: string): number[] => {
  const numbers: number[] = [];
  JSON.parse(json, (_, value: unknown) => {
    if (typeof value === 'number') numbers.push(value);
    return value;
  });
  return numbers;
};

describe('a drill as JSON', () => {
  it('has nothing but finite numbers, times to the microsecond at most', () => {
    const result = passedDrill();
    const [repeat] = result.repeats;
    if (repeat === undefined) throw new Error('there is no repeat');
    const odd = {
      ...repeat,
      seconds: [{ at: 0, packets: Number.NaN, loss: Number.POSITIVE_INFINITY }],
    };
    const json = renderDrillJson([{ ...result, repeats: [odd] }]);
    expect(json).toContain('"max": 10447.396');
    expect(json).toContain('"joinP95Ms": 61.235');
    expect(json).toContain('"nacksPerSecond": 12.3457');
    for (const number of numbersIn(json)) expect(String(number)).toMatch(/^-?\d+(\.\d{1,6})?$/);
    expect(JSON.parse(json).repeats[0].seconds).toEqual([{ at: 0, packets: null, loss: null }]);
  });

  it('has the exit code: known failures fail the drill with strict only', () => {
    expect(JSON.parse(renderDrillJson([splitBrainDrill()])).exitCode).toBe(0);
    expect(JSON.parse(renderDrillJson([splitBrainDrill()], { strict: true })).exitCode).toBe(99);
  });

  it('has the envelope of a drill for one that did not come about', () => {
    expect(JSON.parse(renderDrillJson([noDrill]))).toEqual({
      schema: 'livekit-swarm/drill-result/1',
      verdict: 'void',
      exitCode: 3,
      drill: { name: 'kill-redis' },
      error: { code: 'component_not_found', message: 'there is no Redis', hint: null },
    });
    expect(JSON.parse(renderDrillJson([{ ...noDrill, exitCode: 130 }])).verdict).toBe(
      'interrupted',
    );
  });

  it('holds no secrets', () => {
    const lab = {
      ...drillOf().lab,
      config: {
        keys: { devkey: 'hush-1' },
        redis: { address: 'r:6379', password: 'hush-2' },
        rtc: { turn_servers: [{ host: 't', credential: 'hush-3' }], port_range_start: 5000 },
        webhook: { api_key: 'hush-4', urls: ['https://me:hush-5@example.com/x'] },
      },
    };
    const json = renderDrillJson([
      resultOf(drillOf({ lab }), [], { deployment: 'redis://:hush-6@r:6379' }),
      { ...noDrill, message: 'connect redis://user:hush-7@r:6379 failed' },
    ]);
    expect(json).not.toMatch(/hush/);
    expect(json).toContain('"port_range_start": 5000');
    expect(json).toContain('redis://r:6379');
  });
});
