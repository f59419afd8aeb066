import { z } from 'zod';

/** Node of a JSON Schema. */
export interface JsonSchema {
  [keyword: string]: unknown;
  properties?: Record<string, JsonSchema> | undefined;
}

/** The address of a JSON Schema of the repository, its `$id`. */
export const schemaUrl = (path: string): string =>
  `https://raw.githubusercontent.com/livekit-swarm/livekit-swarm/main/packages/${path}`;

/**
 * JSON Schema (draft 7, which every editor reads) of the text that users write for this schema.
 * Parts that are called `shared` become definitions of that name.
 * @param definitions false: everything stands where it is used
 */
export const jsonSchemaOf = (
  schema: z.ZodType,
  { definitions = true }: { definitions?: boolean } = {},
): JsonSchema => {
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
  return moveShared(JSON.parse(JSON.stringify(made)) as JsonSchema, definitions);
};

/**
 * Move each part with `shared: NAME` into a definition. Zod does so for an `id`, which only one
 * instance of a schema may have; these are made by functions, all with the same outcome. A part
 * that differs stays where it is, and so does the description of each use.
 */
const moveShared = (root: JsonSchema, areMoved: boolean): JsonSchema => {
  const shared = new Map<string, JsonSchema>();
  const move = (node: unknown): unknown => {
    if (Array.isArray(node)) return node.map(move);
    if (typeof node !== 'object' || node === null) return node;
    const moved: JsonSchema = Object.fromEntries(
      Object.entries(node).map(([key, value]) => [key, move(value)]),
    );
    const { shared: called, ...whole } = moved;
    // A mapping has this name when a key is called so.
    if (typeof called !== 'string') return moved;
    if (!areMoved) return whole;
    const { description, default: initial, ...definition } = whole;
    const known = shared.get(called) ?? definition;
    if (JSON.stringify(known) !== JSON.stringify(definition)) return whole;
    shared.set(called, definition);
    const reference = { $ref: `#/definitions/${called}` };
    // Beside a reference, draft 7 ignores all other keywords.
    return description === undefined && initial === undefined
      ? reference
      : {
          ...(description !== undefined && { description }),
          ...(initial !== undefined && { default: initial }),
          allOf: [reference],
        };
  };
  const { definitions, ...rest } = move(root) as JsonSchema;
  const all = { ...(definitions as object | undefined), ...Object.fromEntries(shared) };
  return Object.keys(all).length === 0 ? rest : { ...rest, definitions: all };
};

/**
 * JSON Schema (draft 7, which every editor reads) of a settings file, generated from the schema
 * that reads the file.
 * @param path from the folder of packages
 */
export const settingsJsonSchema = (schema: z.ZodType, title: string, path: string): JsonSchema => {
  const { $schema, ...rest } = jsonSchemaOf(schema);
  return {
    $schema,
    $id: schemaUrl(path),
    title,
    ...rest,
    patternProperties: { '^x-': { description: 'Not read: a place for anchors.' } },
  };
};
