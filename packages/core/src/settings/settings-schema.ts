import { z } from 'zod';
import type { JsonSchema } from '../scenario/schema/json-schema.ts';

/** The JSON Schema (draft 7, which every editor reads) of a settings file, made of the schema that reads it. */
export const settingsJsonSchema = (schema: z.ZodType, title: string): JsonSchema => {
  const made = z.toJSONSchema(schema, {
    target: 'draft-7',
    io: 'input',
    override: ({ jsonSchema }) => {
      // Zod drops the examples of what it transforms, as they would be of the result. Ours are of the text.
      if (!('samples' in jsonSchema)) return;
      jsonSchema.examples = jsonSchema.samples as unknown[];
      delete jsonSchema.samples;
    },
  });
  const { $schema, ...rest } = JSON.parse(JSON.stringify(made)) as JsonSchema;
  return { $schema, title, ...rest, patternProperties: { '^x-': { description: 'Not read: a place for anchors.' } } };
};
