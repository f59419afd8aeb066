import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { jsonSchemaOf } from './json-schema.ts';

const size = () => z.int().min(1).meta({ shared: 'size' });
const INTEGER = { type: 'integer', minimum: 1, maximum: Number.MAX_SAFE_INTEGER };

describe('parts that are shared', () => {
  const schema = z.object({
    width: size(),
    height: size().describe('From the top.'),
    box: z.object({ depth: size() }).meta({ shared: 'box' }),
    least: z.int().min(2).meta({ shared: 'size' }),
    shared: z.boolean(),
  });

  it('are one definition, whichever instance of the schema they come from', () => {
    const { properties, definitions } = jsonSchemaOf(schema);
    const reference = { $ref: '#/definitions/size' };
    expect(definitions).toMatchObject({ size: INTEGER, box: { properties: { depth: reference } } });
    expect(properties).toMatchObject({
      width: reference,
      height: { description: 'From the top.', allOf: [reference] },
      box: { $ref: '#/definitions/box' },
    });
  });

  it('stay where they are when they differ, and a key may have any name', () => {
    const { properties } = jsonSchemaOf(schema);
    expect(properties?.least).toEqual({ ...INTEGER, minimum: 2 });
    expect(properties?.shared).toEqual({ type: 'boolean' });
  });

  it('stand where they are used without definitions', () => {
    const { properties, definitions } = jsonSchemaOf(schema, { definitions: false });
    expect(definitions).toBeUndefined();
    expect(properties?.width).toEqual(INTEGER);
    expect(properties?.height).toEqual({ ...INTEGER, description: 'From the top.' });
  });
});
