import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { checkSources, isFound } from '@livekit-swarm/lab';
import { HELM } from '@livekit-swarm/testkit/kubernetes/helm';
import { parseAllDocuments } from 'yaml';
import { z } from 'zod';

const run = promisify(execFile);

/** Settings of a release of LiveKit's chart that determine names. */
export interface Release {
  release: string;
  nameOverride?: string;
  fullnameOverride?: string;
}

export const RELEASES: readonly Release[] = [
  { release: 'livekit' },
  { release: 'livekit-server' },
  { release: 'prod-media' },
  { release: 'prod-media', fullnameOverride: 'calls' },
  { release: 'prod-media', nameOverride: 'sfu' },
];

const CHART = 'livekit-server';

/** Name of all objects of LiveKit's chart 1.9.0: the rule of charts that `helm create` makes. */
export const nameOf = ({ release, nameOverride, fullnameOverride }: Release): string => {
  const chart = nameOverride ?? CHART;
  const full = fullnameOverride ?? (release.includes(chart) ? release : `${release}-${chart}`);
  return full.slice(0, 63).replace(/-$/, '');
};

/** Labels by which the objects of a release are selected. */
export const labelsOfRelease = ({ release, nameOverride }: Release): Record<string, string> => ({
  'app.kubernetes.io/name': nameOverride ?? CHART,
  'app.kubernetes.io/instance': release,
});

/** Name of the container, equal in every release. */
export const CONTAINER = CHART;
const labels = z.record(z.string(), z.string());
const renderedObject = z.looseObject({
  kind: z.string(),
  metadata: z.looseObject({ name: z.string(), labels: labels.optional() }),
});
const service = z.looseObject({
  spec: z.looseObject({ selector: labels, ports: z.array(z.looseObject({ name: z.string() })) }),
});
const deployment = z.looseObject({
  spec: z.looseObject({
    template: z.looseObject({
      metadata: z.looseObject({ labels }),
      spec: z.looseObject({ containers: z.array(z.looseObject({ name: z.string() })) }),
    }),
  }),
});

/** Names and labels in the rendered objects of a release. */
export interface Rendered {
  objects: string[];
  serviceSelector: Record<string, string>;
  podLabels: Record<string, string>;
  containers: string[];
}

/** @returns the path of the pinned Helm; null: it is not built on this host */
export const findHelm = async (): Promise<string | null> =>
  (await checkSources(HELM)).find(isFound)?.path ?? null;

/** A chart from which releases are rendered. */
export interface Chart {
  render(release: Release): Promise<Rendered>;
  [Symbol.asyncDispose](): Promise<void>;
}

/**
 * Creates a chart with the name of LiveKit's and the naming templates of Helm, from which LiveKit's
 * chart was made.
 * @param helm path of the program
 */
export const createChart = async (helm: string): Promise<Chart> => {
  const dir = await mkdtemp(join(tmpdir(), 'swarm-chart-'));
  await run(helm, ['create', CHART], { cwd: dir });
  const overrides = ({ nameOverride, fullnameOverride }: Release): string[] =>
    Object.entries({ nameOverride, fullnameOverride }).flatMap(([key, value]) =>
      value === undefined ? [] : ['--set', `${key}=${value}`],
    );
  return {
    render: async (release) => {
      const args = ['template', release.release, CHART, ...overrides(release)];
      const { stdout } = await run(helm, args, { cwd: dir });
      const documents = parseAllDocuments(stdout)
        .map((document): unknown => document.toJS())
        .filter((one) => one !== null);
      const objects = documents.map((one) => renderedObject.parse(one));
      const ofKind = (kind: string): unknown => objects.find((one) => one.kind === kind);
      const pod = deployment.parse(ofKind('Deployment')).spec.template;
      return {
        objects: objects.map(({ kind, metadata }) => `${kind}/${metadata.name}`),
        serviceSelector: service.parse(ofKind('Service')).spec.selector,
        podLabels: pod.metadata.labels,
        containers: pod.spec.containers.map(({ name }) => name),
      };
    },
    [Symbol.asyncDispose]: () => rm(dir, { recursive: true }),
  };
};
