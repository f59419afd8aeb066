import { z } from 'zod';
import { outputSchema } from './result-schema.ts';

/** The JSON Schema that is published: it takes fields that later versions add. */
export const resultJsonSchema = (): object => z.toJSONSchema(outputSchema, { io: 'input' });

/** The same without room for anything that is not described, for tests of this version. */
export const strictResultJsonSchema = (): object => z.toJSONSchema(outputSchema, { io: 'output' });
