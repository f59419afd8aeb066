import type { z } from 'zod';
import { type JsonSchema, jsonSchemaOf } from './json-schema.ts';

/** The JSON Schema (draft 7, which every editor reads) of a settings file, made of the schema that reads it. */
export const settingsJsonSchema = (schema: z.ZodType, title: string): JsonSchema => {
  const { $schema, ...rest } = jsonSchemaOf(schema);
  return {
    $schema,
    title,
    ...rest,
    patternProperties: { '^x-': { description: 'Not read: a place for anchors.' } },
  };
};
