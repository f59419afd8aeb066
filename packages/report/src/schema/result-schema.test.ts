import { readFileSync } from 'node:fs';
import {
  failedReport,
  inconclusiveReport,
  passedReport,
  quietReport,
  stagedReport,
  withMessages,
} from '@livekit-swarm/testkit/reports';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, it } from 'vitest';
import { renderJson } from '../run/json.ts';
import type { NoRun, Outcome } from '../run/report-input.ts';
import { resultJsonSchema, strictResultJsonSchema } from './result-schema.ts';

const PUBLISHED = new URL('../../schema/result.schema.json', import.meta.url);

const validatorOf = (schema: object) => {
  const ajv = new Ajv2020({ allErrors: true, strict: true, allowUnionTypes: true });
  // Formats are documented by descriptions and examples; the schema does not check them.
  ajv.addFormat('date-time', (text: string) => !Number.isNaN(Date.parse(text)));
  const validate = ajv.compile(schema);
  return (json: string): string[] =>
    validate(JSON.parse(json))
      ? []
      : (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`);
};

const noRun: NoRun = {
  scenario: 'a',
  verdict: 'failed',
  exitCode: 3,
  reason: 'unreachable',
  message: 'no answer',
  hint: null,
};

const OUTCOMES: [string, Outcome[]][] = [
  ['a run that passed', [passedReport()]],
  ['one that failed', [failedReport()]],
  ['an inconclusive one', [inconclusiveReport()]],
  ['one whose deployment was unreachable', [withMessages(failedReport(), 'a', ['no answer'])]],
  ['one without media', [quietReport()]],
  ['one with stages and several groups', [stagedReport()]],
  ['one that did not come about', [noRun]],
  ['several', [passedReport(), noRun, stagedReport()]],
];

describe('the published schema', () => {
  it('is generated from the code ("npm run docs" writes it again)', () => {
    expect(readFileSync(PUBLISHED, 'utf8')).toBe(
      `${JSON.stringify(resultJsonSchema(), null, 2)}\n`,
    );
  });

  it.each(OUTCOMES)('takes %s', (_, outcomes) => {
    expect(validatorOf(JSON.parse(readFileSync(PUBLISHED, 'utf8')))(renderJson(outcomes))).toEqual(
      [],
    );
  });

  it.each(OUTCOMES)('leaves nothing undescribed of %s', (_, outcomes) => {
    expect(validatorOf(strictResultJsonSchema())(renderJson(outcomes))).toEqual([]);
  });

  it('takes what later versions add, but nothing that is wrong', () => {
    const check = validatorOf(resultJsonSchema());
    const result = JSON.parse(renderJson([passedReport()]));
    expect(check(JSON.stringify({ ...result, later: 1 }))).toEqual([]);
    expect(check(JSON.stringify({ ...result, verdict: 'perhaps' }))).not.toEqual([]);
    expect(check(JSON.stringify({ ...result, exitCode: 4 }))).not.toEqual([]);
    expect(check(JSON.stringify({ ...result, schema: 'livekit-swarm/result/1' }))).not.toEqual([]);
    const { thresholds: _, ...without } = result;
    expect(check(JSON.stringify(without))).not.toEqual([]);
  });
});
