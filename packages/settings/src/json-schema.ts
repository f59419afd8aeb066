import { z } from 'zod';

/** A node of a JSON Schema. */
export interface JsonSchema {
  [keyword: string]: unknown;
  properties?: Record<string, JsonSchema> | undefined;
}

/** The JSON Schema (draft 7, which every editor reads) of what a person writes for this schema to read. */
export const jsonSchemaOf = (schema: z.ZodType): JsonSchema => {
  const made = z.toJSONSchema(schema, {
    target: 'draft-7',
    io: 'input',
    override: ({ jsonSchema }) => {
      // Zod drops the examples of transformed values, because they would be of the result. These are of the text in the file.
      if (!('samples' in jsonSchema)) return;
      jsonSchema.examples = jsonSchema.samples as unknown[];
      delete jsonSchema.samples;
    },
  });
  return JSON.parse(JSON.stringify(made)) as JsonSchema;
};

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
