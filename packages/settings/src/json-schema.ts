import { z } from 'zod';

/** Node of a JSON Schema. */
export interface JsonSchema {
  [keyword: string]: unknown;
  properties?: Record<string, JsonSchema> | undefined;
}

/** JSON Schema (draft 7, which every editor reads) of the text that users write for this schema. */
export const jsonSchemaOf = (schema: z.ZodType): JsonSchema => {
  const made = z.toJSONSchema(schema, {
    target: 'draft-7',
    io: 'input',
    override: ({ jsonSchema }) => {
      // Zod drops the examples of transformed values, because they would have to be results. These
      // samples are text of a file.
      if (!('samples' in jsonSchema)) return;
      jsonSchema.examples = jsonSchema.samples as unknown[];
      delete jsonSchema.samples;
    },
  });
  return JSON.parse(JSON.stringify(made)) as JsonSchema;
};

/**
 * JSON Schema (draft 7, which every editor reads) of a settings file, generated from the schema
 * that reads the file.
 */
export const settingsJsonSchema = (schema: z.ZodType, title: string): JsonSchema => {
  const { $schema, ...rest } = jsonSchemaOf(schema);
  return {
    $schema,
    title,
    ...rest,
    patternProperties: { '^x-': { description: 'Not read: a place for anchors.' } },
  };
};
