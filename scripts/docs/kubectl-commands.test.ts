import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { z } from 'zod';
import {
  labelsOfRelease,
  nameOf,
  RELEASES,
} from '../../packages/mixin/test/support/livekit-chart.ts';
import { kubectlCommands, missingObjects, type Objects } from './kubectl-commands.ts';
import { RUNBOOK_COMMANDS } from './runbook-commands.ts';
import { runbookPages } from './runbook-sections.ts';

const read = (path: string): string =>
  readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');

const manifest = z.looseObject({
  kind: z.string(),
  metadata: z.looseObject({
    name: z.string(),
    labels: z.record(z.string(), z.string()).optional(),
  }),
});
const manifests = ['livekit', 'redis', 'namespace'].flatMap((file) =>
  parseAllDocuments(read(`examples/kubernetes/base/${file}.yaml`)).map((document) =>
    manifest.parse(document.toJS()),
  ),
);

/**
 * Labels of other programs: this project's exporter, LiveKit's charts of egress and SIP, and the charts of
 * monitoring.
 */
const BESIDE = [
  'livekit-swarm',
  'egress',
  'sip',
  'prometheus-node-exporter',
  'prometheus',
  'alertmanager',
];

const EXAMPLES: Objects = {
  names: new Set(
    manifests.flatMap(({ kind, metadata: { name } }) => [
      `${kind.toLowerCase()}/${name}`,
      ...(kind === 'StatefulSet' ? [`pod/${name}-0`] : []),
    ]),
  ),
  labels: new Set([
    ...manifests.flatMap(({ metadata }) => metadata.labels?.['app.kubernetes.io/name'] ?? []),
    ...BESIDE,
  ]),
};

/**
 * Objects of a release of LiveKit's chart; test/livekit-chart.test.ts of the mixin compares their
 * names with Helm's.
 */
const chartOf = (release: (typeof RELEASES)[number]): Objects => ({
  names: new Set([`deployment/${nameOf(release)}`]),
  labels: new Set([labelsOfRelease(release)['app.kubernetes.io/name'] ?? '', ...BESIDE]),
});

describe.each(Object.entries(RUNBOOK_COMMANDS))('%s', (_name, { kubernetes, chart }) => {
  it('names objects that examples/kubernetes creates', () => {
    for (const command of kubectlCommands(kubernetes))
      expect(missingObjects(command, EXAMPLES), command).toEqual([]);
  });

  it.each(RELEASES.filter(({ nameOverride }) => nameOverride === undefined))(
    "names what LiveKit's chart creates as $release $fullnameOverride",
    (release) => {
      for (const command of kubectlCommands(chart))
        expect(missingObjects(command, chartOf(release)), command).toEqual([]);
    },
  );
});

it('no other command of a runbook names an object of one deployment only', () => {
  for (const page of ['README', ...runbookPages()]) {
    const text = read(`docs/runbooks/${page}.md`).replace(
      /<!-- commands:[\s\S]*?<!-- \/commands -->/,
      '',
    );
    for (const command of kubectlCommands(text))
      expect(missingObjects(command, { names: new Set(), labels: EXAMPLES.labels }), page).toEqual(
        [],
      );
  }
});

describe('a command for LiveKit by its chart', () => {
  it.each([
    ['kubectl -n NAMESPACE rollout undo statefulset/livekit', 'there is no statefulset/livekit'],
    ['kubectl -n NAMESPACE rollout undo deployment/livekit', 'there is no deployment/livekit'],
    ['kubectl -n NAMESPACE exec redis-0 -- redis-cli ping', 'there is no pod/redis-0'],
    ['kubectl get pods -l app.kubernetes.io/name=livekit', 'app.kubernetes.io/name=livekit'],
    ['kubectl delete pod livekit-0', 'there is no pod/livekit-0'],
  ])('%s: names what is not there', (command, problem) => {
    expect(missingObjects(command, chartOf({ release: 'livekit' })).join()).toContain(problem);
  });

  it('may name its Deployment, which is called after the release', () => {
    const command = 'kubectl -n NAMESPACE rollout undo deployment/livekit-livekit-server';
    expect(missingObjects(command, chartOf({ release: 'livekit' }))).toEqual([]);
    expect(missingObjects(command, chartOf({ release: 'livekit-server' }))).not.toEqual([]);
  });
});
