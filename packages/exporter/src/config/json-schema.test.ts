import { readFileSync } from 'node:fs';
import { Ajv } from 'ajv';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { exporterJsonSchema } from './config-file.ts';

const validate = new Ajv({ strict: false }).compile(exporterJsonSchema());
const example = parse(
  readFileSync(new URL('../../../../examples/exporter/exporter.yaml', import.meta.url), 'utf8'),
) as object;

describe('the JSON Schema of the configuration', () => {
  it('accepts the example', () => {
    expect(validate(example) ? null : validate.errors).toBeNull();
    expect(validate({ 'x-anchors': 1, probes: {} })).toBe(true);
  });

  it.each([
    { probe: {} },
    { token: 'in-the-file' },
    { listen: 9465 },
    { targets: { a: { url: 'ws://a' } } },
    { probes: { modules: { a: { kind: 'dance' } } } },
    { probes: { schedule: [{ target: 'a', module: 'b', interval: '1 minute' }] } },
  ])('rejects %j', (config) => expect(validate(config)).toBe(false));

  it('describes each key', () => {
    const { properties = {} } = exporterJsonSchema();
    for (const key of ['listen', 'token', 'tls', 'targets', 'probes', 'lifecycle', 'clients'])
      expect(properties[key]?.description).toMatch(/\w/);
  });
});
