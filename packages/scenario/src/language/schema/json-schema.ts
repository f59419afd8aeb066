import { metricDefinition, runMetricNames } from '@livekit-swarm/metrics';
import { type JsonSchema, jsonSchemaOf, schemaUrl } from '@livekit-swarm/settings';
import { file } from './file.ts';
import { patchSchemaOf } from './patch-schema.ts';

/**
 * JSON Schema (draft 7, which every editor reads) of scenario files, generated from the schema that
 * reads them. `swarm validate` checks what it cannot express, such as that a window exists.
 */
export const scenarioJsonSchema = (): JsonSchema => {
  const made = jsonSchemaOf(file);
  const { $schema, properties, ...rest } = made;
  const { scales, thresholds, ...others } = properties ?? {};
  const parts = { ...others, thresholds: thresholdsByMetric(thresholds ?? {}) };
  return {
    $schema,
    $id: schemaUrl('scenario/schema/scenario.schema.json'),
    title: 'A scenario of livekit-swarm',
    ...rest,
    properties: {
      ...parts,
      scales: { ...scales, additionalProperties: patchSchemaOf({ ...made, properties: parts }) },
    },
    patternProperties: { '^x-': { description: 'Not read: a place for anchors.' } },
  };
};

/** Schema of thresholds with the names of all metrics, so that editors offer them. */
export const thresholdsByMetric = ({
  propertyNames: _any,
  additionalProperties: expressions,
  ...rest
}: JsonSchema): JsonSchema => ({
  ...rest,
  properties: Object.fromEntries(
    runMetricNames().map((name) => [
      name,
      { description: metricDefinition(name).description, allOf: [expressions] },
    ]),
  ),
  patternProperties: { [`^(?:${runMetricNames().join('|')})\\s*[{@]`]: expressions },
  additionalProperties: false,
});
