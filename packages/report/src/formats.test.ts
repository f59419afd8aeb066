/** Every kind of result in each of its formats. */
import { readFileSync } from 'node:fs';
import { concludeCapacity, type SearchResult } from '@livekit-swarm/analysis/capacity';
import { failedReport } from '@livekit-swarm/testkit/reports';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { XMLParser, XMLValidator } from 'fast-xml-parser';
import { marked } from 'marked';
import { describe, expect, it } from 'vitest';
import { variedDrill } from '../../chaos/test/support/drill-results.ts';
import {
  auditSample,
  comparisonSample,
  connectivitySample,
  costSample,
  forecastSample,
  HOSTILE,
  hlsSample,
  nightSample,
  participantSample,
  planSample,
  presenceSample,
  randomSample,
  readySample,
  recordingsSample,
  regionsSample,
  rollSample,
  scaleSample,
  sessionSample,
  sipSample,
  sloSample,
  soakSample,
  verifySample,
} from '../test/support/samples.ts';
import { AUDIT_REPORTERS } from './audit/index.ts';
import { CAPACITY_REPORTERS } from './capacity/index.ts';
import { COMPARISON_REPORTERS } from './comparison/index.ts';
import { CONNECTIVITY_REPORTERS } from './connectivity/index.ts';
import { COST_REPORTERS } from './cost/index.ts';
import { DRILL_REPORTERS } from './drill/index.ts';
import { FORECAST_REPORTERS } from './forecast/index.ts';
import { FORMATS, type Kind } from './formats.ts';
import { HLS_REPORTERS } from './hls/index.ts';
import { NIGHT_REPORTERS } from './night/index.ts';
import { PARTICIPANT_REPORTERS } from './participant/index.ts';
import { PLAN_REPORTERS } from './plan/index.ts';
import { PRESENCE_REPORTERS } from './presence/index.ts';
import { RANDOM_REPORTERS } from './random/index.ts';
import { READY_REPORTERS } from './ready/index.ts';
import { RECORDINGS_REPORTERS } from './recordings/index.ts';
import { REGIONS_REPORTERS } from './regions/index.ts';
import { type Reporter, wholeOf } from './reporter.ts';
import { ROLL_REPORTERS } from './roll/index.ts';
import { REPORTERS } from './run/index.ts';
import { SCALE_REPORTERS } from './scale/index.ts';
import { SESSION_REPORTERS } from './session/index.ts';
import { SIP_REPORTERS } from './sip/index.ts';
import { SLO_REPORTERS } from './slo/index.ts';
import { compareSoaks, SOAK_COMPARISON_REPORTERS, SOAK_REPORTERS } from './soak/index.ts';
import { printable } from './text-layout.ts';
import { VERIFY_REPORTERS } from './verify/index.ts';

type Counts = Record<'tests' | 'failures' | 'errors', number>;

/** One result with all its reporters. */
interface Sample {
  kind: Kind;
  name: string;
  reporters: Readonly<Record<string, { fileName: string }>>;
  render(format: string): Promise<string | null>;
  /** Value of `schema` in its JSON. */
  schema: string;
  /** JSON Schema that is published, in the folder schema. */
  published?: string;
  /** Totals that JUnit must state; null: there is no JUnit. */
  junit: Counts | null;
}

const sampleOf = <Input>(
  reporters: Readonly<Record<string, Reporter<Input>>>,
  input: Input,
  facts: Omit<Sample, 'reporters' | 'render'>,
): Sample => ({
  ...facts,
  reporters,
  render: async (format) => {
    const rendered = reporters[format]?.render(input) ?? null;
    return rendered === null ? null : await wholeOf(rendered);
  },
});

const nothing: SearchResult = { end: 'knee', carried: 0, decided: true, exceeded: 1 };
const capacity = concludeCapacity({
  ...{ scenario: HOSTILE, unit: 'rooms', startedAt: '2026-11-23T12:00:00.000Z', limits: [] },
  ...{ error: null, target: { url: null, serverVersion: '1.13.4', nodeCores: 1 }, cpu: null },
  ...{ steps: [], searches: [nothing], stopped: null },
});
const soak = soakSample();
const soaks = compareSoaks(
  [
    { name: HOSTILE, soak },
    { name: 'again', soak },
  ],
  2,
);

/** The verdict, three changes of which one failed, and the objectives of the first repeat. */
const rollObjectives = rollSample().drill.repeats[0]?.objectives ?? [];
const ROLL_COUNTS: Counts = {
  tests: 4 + rollObjectives.length,
  failures: 2 + rollObjectives.filter(({ met }) => !met).length,
  errors: 0,
};

const SAMPLES: Sample[] = [
  sampleOf(REPORTERS, [failedReport()], {
    ...{ kind: 'run', name: 'run', schema: 'livekit-swarm/result/2', published: 'result' },
    junit: { tests: 13, failures: 7, errors: 0 },
  }),
  sampleOf(PARTICIPANT_REPORTERS, await participantSample(), {
    ...{ kind: 'participant', name: 'participant', schema: 'livekit-swarm/participant/1' },
    junit: null,
  }),
  sampleOf(COMPARISON_REPORTERS, await comparisonSample(), {
    ...{ kind: 'comparison', name: 'comparison', schema: 'livekit-swarm/comparison/1' },
    ...{ published: 'comparison', junit: { tests: 1, failures: 0, errors: 1 } },
  }),
  sampleOf(DRILL_REPORTERS, [variedDrill()], {
    ...{ kind: 'drill', name: 'drill', schema: 'livekit-swarm/drill-result/1' },
    ...{ published: 'drill-result', junit: { tests: 13, failures: 3, errors: 0 } },
  }),
  sampleOf(NIGHT_REPORTERS, nightSample(), {
    ...{ kind: 'night', name: 'night', schema: 'livekit-swarm/night/1' },
    junit: { tests: 7, failures: 1, errors: 1 },
  }),
  sampleOf(RANDOM_REPORTERS, randomSample(), {
    ...{ kind: 'random', name: 'random', schema: 'livekit-swarm/random/1' },
    junit: { tests: 5, failures: 1, errors: 1 },
  }),
  sampleOf(ROLL_REPORTERS, rollSample(), {
    ...{ kind: 'roll', name: 'roll', schema: 'livekit-swarm/roll/1' },
    junit: ROLL_COUNTS,
  }),
  sampleOf(SCALE_REPORTERS, scaleSample(), {
    ...{ kind: 'scale', name: 'scale', schema: 'livekit-swarm/scale/1' },
    junit: { tests: 6, failures: 2, errors: 2 },
  }),
  sampleOf(FORECAST_REPORTERS, forecastSample(), {
    ...{ kind: 'forecast', name: 'forecast', schema: 'livekit-swarm/forecast/1', junit: null },
  }),
  sampleOf(CAPACITY_REPORTERS, capacity, {
    ...{ kind: 'capacity', name: 'capacity', schema: 'livekit-swarm/capacity/1' },
    ...{ published: 'capacity', junit: { tests: 1, failures: 0, errors: 0 } },
  }),
  sampleOf(SOAK_REPORTERS, soak, {
    ...{ kind: 'soak', name: 'soak', schema: 'livekit-swarm/soak/1' },
    // A leak fails twice: as the verdict, and as the resource. Memory was not measured.
    junit: { tests: 4, failures: 2, errors: 0 },
  }),
  sampleOf(SOAK_COMPARISON_REPORTERS, soaks, {
    ...{ kind: 'soak', name: 'several soaks', schema: 'livekit-swarm/soaks/1' },
    junit: { tests: 8, failures: 4, errors: 0 },
  }),
  sampleOf(PLAN_REPORTERS, planSample(), {
    ...{ kind: 'plan', name: 'plan', schema: 'livekit-swarm/plan/1', junit: null },
  }),
  sampleOf(COST_REPORTERS, costSample(), {
    ...{ kind: 'cost', name: 'cost', schema: 'livekit-swarm/cost/1', junit: null },
  }),
  sampleOf(READY_REPORTERS, readySample(), {
    ...{ kind: 'ready', name: 'ready', schema: 'livekit-swarm/ready/1' },
    junit: { tests: 5, failures: 1, errors: 1 },
  }),
  sampleOf(AUDIT_REPORTERS, auditSample(), {
    ...{ kind: 'audit', name: 'audit', schema: 'livekit-swarm/audit/1' },
    junit: { tests: 5, failures: 1, errors: 1 },
  }),
  sampleOf(VERIFY_REPORTERS, verifySample(), {
    ...{ kind: 'verify', name: 'verify', schema: 'livekit-swarm/verify/1' },
    junit: { tests: 5, failures: 1, errors: 1 },
  }),
  sampleOf(REGIONS_REPORTERS, regionsSample(), {
    ...{ kind: 'regions', name: 'regions', schema: 'livekit-swarm/regions/1' },
    junit: { tests: 5, failures: 1, errors: 1 },
  }),
  sampleOf(CONNECTIVITY_REPORTERS, connectivitySample(), {
    ...{ kind: 'connectivity', name: 'connectivity', schema: 'livekit-swarm/connectivity/1' },
    junit: { tests: 3, failures: 1, errors: 0 },
  }),
  sampleOf(SLO_REPORTERS, sloSample(), {
    ...{ kind: 'slo', name: 'slo', schema: 'livekit-swarm/slo/1' },
    junit: { tests: 3, failures: 1, errors: 1 },
  }),
  sampleOf(HLS_REPORTERS, hlsSample(), {
    ...{ kind: 'hls', name: 'hls', schema: 'livekit-swarm/hls/1' },
    junit: { tests: 7, failures: 1, errors: 0 },
  }),
  sampleOf(SIP_REPORTERS, sipSample(), {
    ...{ kind: 'sip', name: 'sip', schema: 'livekit-swarm/sip/1' },
    junit: { tests: 8, failures: 3, errors: 0 },
  }),
  sampleOf(PRESENCE_REPORTERS, presenceSample(), {
    ...{ kind: 'presence', name: 'presence', schema: 'livekit-swarm/presence/1' },
    junit: { tests: 8, failures: 5, errors: 0 },
  }),
  sampleOf(RECORDINGS_REPORTERS, recordingsSample(), {
    ...{ kind: 'recordings', name: 'recordings', schema: 'livekit-swarm/recordings/1' },
    junit: { tests: 5, failures: 3, errors: 1 },
  }),
  sampleOf(SESSION_REPORTERS, sessionSample(), {
    ...{ kind: 'session', name: 'session', schema: 'livekit-swarm/session/1', junit: null },
  }),
];

const ajv = new Ajv2020({ allErrors: true, allowUnionTypes: true });
ajv.addFormat('date-time', (text: string) => !Number.isNaN(Date.parse(text)));

/** Elements that have no end tag (HTML §13.1.2). */
const VOID = ['meta', 'link', 'br', 'hr', 'img', 'input', 'col', 'wbr'];

/** Problems of a page; scripts and style sheets are not markup. */
const problemOf = (page: string): string | null => {
  const markup = page
    .replace(/^<!doctype html>/, '')
    .replaceAll(/<(script|style)\b[^>]*>.*?<\/\1>/gs, '');
  const result = XMLValidator.validate(markup, {
    unpairedTags: VOID,
    allowBooleanAttributes: true,
  });
  return result === true ? null : `${result.err.line}: ${result.err.msg}`;
};

const countsOf = (xml: string): { stated: Counts; counted: Counts } => {
  const { testsuites } = new XMLParser({ ignoreAttributes: false, attributeNamePrefix: '' }).parse(
    xml,
  );
  const count = (element: string): number =>
    xml.match(new RegExp(`<${element}[ >]`, 'g'))?.length ?? 0;
  return {
    stated: {
      tests: Number(testsuites.tests),
      failures: Number(testsuites.failures),
      errors: Number(testsuites.errors),
    },
    counted: { tests: count('testcase'), failures: count('failure'), errors: count('error') },
  };
};

it('there is a sample of every kind of result', () => {
  expect(new Set(SAMPLES.map(({ kind }) => kind))).toEqual(new Set(Object.keys(FORMATS)));
});

describe.each(SAMPLES.map((sample) => [sample.name, sample] as const))('%s', (_, sample) => {
  const { kind, reporters, render, schema, published, junit } = sample;
  const formats: readonly string[] = FORMATS[kind];
  const rendered = async (format: string): Promise<string> => {
    const text = await render(format);
    if (text === null) throw new Error(`${format} shows nothing`);
    return text;
  };
  // A skipped test would be listed as one that this host cannot run.
  const itFor = (format: string, name: string, test: () => Promise<void>): void => {
    if (formats.includes(format)) it(name, test);
  };

  it('has the formats that are listed, each in a file of its own', () => {
    expect(Object.keys(reporters)).toEqual(formats);
    const files = Object.values(reporters).map(({ fileName }) => fileName);
    expect(new Set(files).size).toBe(files.length);
  });

  it('is text without control characters', async () => {
    const text = await rendered('text');
    expect(text).toMatch(/\S\n$/);
    expect(text).not.toMatch(/NaN|undefined|\[object/);
    expect(text).toBe(printable(text));
  });

  it('is JSON with its schema', async () => {
    const value: unknown = JSON.parse(await rendered('json'));
    expect(value).toMatchObject({ schema });
    if (published === undefined) return;
    const file = new URL(`../schema/${published}.schema.json`, import.meta.url);
    const validate = ajv.compile(JSON.parse(readFileSync(file, 'utf8')));
    validate(value);
    expect(validate.errors).toBeNull();
  });

  itFor('junit', 'is JUnit with the right counts', async () => {
    const xml = await rendered('junit');
    expect(XMLValidator.validate(xml)).toBe(true);
    const { stated, counted } = countsOf(xml);
    expect(stated).toEqual(counted);
    expect(stated).toEqual(junit);
  });

  itFor('markdown', 'is Markdown without markup of names', async () => {
    const page = await marked(await rendered('markdown'));
    expect(page).toMatch(/<h[23]>/);
    expect(page).not.toContain('<script');
  });

  itFor('html', 'is a self-contained page', async () => {
    const page = await rendered('html');
    expect(problemOf(page)).toBeNull();
    expect(page).not.toContain('<script>alert');
    expect(page).not.toMatch(/\b(?:src|href)="(?:https?:)?\/\//);
    expect(page).toContain('<h1');
  });
});
