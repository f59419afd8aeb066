import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { z } from 'zod';
import { chartValues } from './chart-values.ts';

const node: z.ZodType<Node> = z.lazy(() =>
  z.looseObject({
    $ref: z.string().optional(),
    additionalProperties: z.unknown().optional(),
    properties: z.record(z.string(), node).optional(),
  }),
);
interface Node {
  $ref?: string | undefined;
  additionalProperties?: unknown;
  properties?: Record<string, Node> | undefined;
}

const file = new URL('../../packaging/helm/livekit-swarm/values.schema.json', import.meta.url);
const schema = z
  .looseObject({ definitions: z.record(z.string(), node), properties: z.record(z.string(), node) })
  .parse(JSON.parse(readFileSync(file, 'utf8')));

/** Names of all values that the schema of the chart allows, mappings included. */
const pathsOf = (properties: Record<string, Node>, prefix = ''): string[] =>
  Object.entries(properties).flatMap(([name, given]) => {
    const { properties: inner, additionalProperties } =
      given.$ref === undefined
        ? given
        : (schema.definitions[given.$ref.replace('#/definitions/', '')] ?? {});
    const strict = inner !== undefined && additionalProperties === false;
    return [`${prefix}${name}`, ...(strict ? pathsOf(inner, `${prefix}${name}.`) : [])];
  });

it('the schema of the chart and its values name the same fields', () => {
  // Values that charts share, which Helm itself passes to every chart.
  const allowed = pathsOf(schema.properties).filter((path) => path !== 'global');
  // The default of these is a mapping of the user's own keys.
  const fields = chartValues()
    .map(({ path }) => path)
    .filter((path) => !/(?:resources|runnerLabels|podAnnotations|labels)\./.test(path));
  expect(fields.toSorted()).toEqual(allowed.toSorted());
});

it('describes the values of the chart that a name does not explain', () => {
  const undescribed = chartValues().filter(({ description }) => description === '');
  const plain =
    /\.(?:enabled|replicas|pullPolicy|repository|resources|podLabels|podAnnotations|priorityClassName|nodeSelector|tolerations|affinity|topologySpreadConstraints|extraVolumeMounts|labels|annotations|interval|scrapeTimeout|className|hostnames|paths|mountPath|existingClaim|storageClass|size|maxUnavailable|failedJobsHistoryLimit|image|sessions)$|^(?:image|exporter|networkPolicy|serviceAccount|redis\.image\.(?:tag|digest))$|^(?:serviceAccount\.create|redis\.image\..*)$|\.resources\.|\.podAnnotations\./;
  expect(undescribed.map(({ path }) => path).filter((path) => !plain.test(path))).toEqual([]);
});
