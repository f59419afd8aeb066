import { describe, expect, it } from 'vitest';
import { settingsJsonSchema } from './json-schema.ts';
import { readSettings } from './read-settings.ts';
import { duration, text, whole } from './schema/leaves.ts';
import { strict } from './schema/strict.ts';
import { explain, isUsageError, type SwarmError } from './swarm-error.ts';

const schema = strict({
  listen: text(100, 'an address').optional(),
  every: duration(1_000).optional().describe('How often.'),
  limits: strict({ requests: whole(1, 10) }).optional(),
});
const file = { file: 'exporter.yaml', noun: 'configuration', begin: 'write listen: …' };

const problem = (yaml: string): string => {
  try {
    readSettings(yaml, schema, file);
  } catch (error) {
    if (isUsageError(error)) return explain(error);
    throw error;
  }
  return 'none';
};

describe('readSettings', () => {
  it('returns the values of the schema, with anchors resolved and places', () => {
    const settings = readSettings(
      'x-often: &often 30s\nevery: *often\nlimits:\n  requests: 3\n',
      schema,
      file,
    );
    expect(settings.value).toEqual({ every: 30_000, limits: { requests: 3 } });
    expect(settings.at(['limits', 'requests'])).toBe('exporter.yaml:4:13');
    expect(settings.at(['limits', 'missing'])).toBe('exporter.yaml:3:1');
  });

  it.each([
    ['', 'exporter.yaml:1:1: is empty; write listen: …'],
    ['- 1', 'exporter.yaml:1:1: is not a configuration: it must be a mapping; write listen: …'],
    ['every: 30', 'exporter.yaml:1:8: every: a duration needs a unit; write 30s'],
    [
      'limits:\n  request: 3',
      'exporter.yaml:2:3: limits.request: unknown key "request"; did you mean requests?',
    ],
    [
      'listen: a\n---\nlisten: b',
      'exporter.yaml:2:1: a second document begins here; write one configuration a file',
    ],
    [
      'listen: a\nlisten: b',
      'exporter.yaml:2:1: "listen" is defined twice, first in line 1; leave one out',
    ],
    ['listen: [a', expect.stringMatching(/^exporter\.yaml:1:/)],
  ])('%j: %s', (yaml, message) =>
    expect(problem(yaml)).toEqual(
      typeof message === 'string' ? expect.stringContaining(message) : message,
    ),
  );

  it('reports every problem at once', () => {
    expect(problem('every: 3\nlimits: { requests: 11 }').split('\n')).toHaveLength(2);
  });
});

describe('problems of settings', () => {
  it('are reported one by one, in the order of the file', () => {
    try {
      readSettings('limits: { requests: 11 }\nevery: 3', schema, file);
      expect.unreachable();
    } catch (error) {
      const { problems } = error as SwarmError;
      expect(problems.map(({ line, column, path }) => [line, column, path])).toEqual([
        [1, 21, 'limits.requests'],
        [2, 8, 'every'],
      ]);
    }
  });

  it('have a place even if the schema cannot detect them', () => {
    const { problem } = readSettings('limits:\n  requests: 3', schema, file);
    expect(problem(['limits', 'requests'], 'is odd', 'write 4')).toEqual({
      code: 'conflict',
      file: 'exporter.yaml',
      line: 2,
      column: 13,
      path: 'limits.requests',
      message: 'is odd',
      hint: 'write 4',
    });
  });
});

describe('settingsJsonSchema', () => {
  it('keeps descriptions and the form that users write', () => {
    const { properties, additionalProperties, title, definitions, $id } = settingsJsonSchema(
      schema,
      'A configuration',
      'exporter/schema/x.schema.json',
    );
    expect({ title, additionalProperties }).toEqual({
      title: 'A configuration',
      additionalProperties: false,
    });
    expect($id).toMatch(/^https:.*\/packages\/exporter\/schema\/x\.schema\.json$/);
    expect(properties?.every).toEqual({
      description: 'How often.',
      allOf: [{ $ref: '#/definitions/duration' }],
    });
    expect(definitions).toMatchObject({
      duration: { type: 'string', examples: ['30s', '1m30s', '500ms'] },
    });
  });
});
