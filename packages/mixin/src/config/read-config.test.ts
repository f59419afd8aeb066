import { explain, isUsageError } from '@livekit-swarm/settings';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { findProblems } from '../../test/support/find-problems.ts';
import { alertGroups } from '../alerts/index.ts';
import { knownSeries } from '../known/index.ts';
import { outputs } from '../outputs.ts';
import { queries } from '../queries.ts';
import { namesOf } from './names.ts';
import { readConfig, variantConfig } from './read-config.ts';
import { VARIANTS } from './schema.ts';

const read = (text: string) => readConfig(null, { text, file: 'mixin.yaml' });

const problemOf = (text: string): string => {
  try {
    read(text);
  } catch (error) {
    if (error instanceof Error && isUsageError(error)) return explain(error);
    throw error;
  }
  return 'none';
};

describe('a configuration', () => {
  it('overrides its own keys, and keeps all others of the variant', () => {
    const { config } = read('variant: helm\njobs: { livekit: calls }\nlimits: { loss: 3% }');
    expect(config.jobs).toEqual({ ...variantConfig('helm').jobs, livekit: 'calls' });
    expect(config.labels.node).toBe('pod');
    expect(config.limits).toEqual({ ...variantConfig('default').limits, loss: 0.03 });
  });

  it('replaces labels of Kubernetes as a whole', () => {
    const { config } = read('kubernetes: { ruleLabels: { team: voice } }');
    expect(config.kubernetes.ruleLabels).toEqual({ team: 'voice' });
    expect(config.kubernetes.dashboardLabels).toEqual({ grafana_dashboard: '1' });
  });

  it('can be printed and parsed again', () => {
    const { config, text } = read('variant: helm\nlimits: { jitter: 50ms }');
    expect(read(text).config).toEqual(config);
  });

  it.each([
    ['variant: hlm', 'mixin.yaml:1:10: variant: unknown variant "hlm"; did you mean helm?'],
    ['jobs: { livekitt: a }', 'unknown key "livekitt"; did you mean livekit?'],
    ['job: {}', 'unknown key "job"; did you mean jobs?'],
    [
      'jobs: { livekit: "a|b" }',
      'write its name (letters, digits and any of _ . / -), or matchers',
    ],
    [`jobs: { livekit: '{job=~".*"}' }`, 'cannot be a job'],
    [`jobs: { livekit: '{job=~"("}' }`, 'cannot be a job'],
    [`jobs: { livekit: '{job!="a"}' }`, 'cannot be a job'],
    [`jobs: { livekit: '{}' }`, 'cannot be a job'],
    ['labels: { node: k8s-node }', 'use letters, digits and _'],
    ['limits: { jitter: 20ms }', 'available: 10ms, 30ms, 50ms, 100ms'],
    ['limits: { loss: 3 }', 'must be from 0% to 100%; write 2% or 0.02'],
    ['limits: { joinObjective: 100% }', 'must be from 50% to less than 100%'],
    ['links: { dashboards: grafana }', 'write https://grafana.example.com/d'],
    ['scrapeInterval: 10', 'a duration needs a unit; write 10s'],
    ['- jobs', 'is not a configuration of the mixin'],
  ])('%s: names what is allowed', (text, problem) => {
    expect(problemOf(text)).toContain(problem);
  });
});

describe.each(VARIANTS)('the variant %s', (variant) => {
  const names = namesOf(variantConfig(variant));

  it('uses only series and labels that exist with its names', () => {
    const known = knownSeries(names);
    expect(
      queries(names).flatMap((query) =>
        findProblems(query, known).map((problem) => `${query.where}: ${problem}`),
      ),
    ).toEqual([]);
  });

  it('waits for more than two scrapes before it fires for a target', () => {
    for (const { name, expr, for: pending } of Object.values(alertGroups(names, null)).flat()) {
      if (!/^up\{|== 0$/.test(expr)) continue;
      const [, minutes = 0, seconds = 0] = /^(?:(\d+)m)?(?:(\d+)s)?$/.exec(pending) ?? [];
      const waits = (Number(minutes) * 60 + Number(seconds)) * 1_000;
      expect(waits, name).toBeGreaterThan(2 * names.config.scrapeInterval);
    }
  });
});

it('a variant without HAProxy has no rule or panel on it', () => {
  for (const [path, text] of Object.entries(outputs(namesOf(variantConfig('helm')), null)))
    expect(text, path).not.toMatch(/haproxy_/);
});

it('notifications link to the Grafana and the wiki of the configuration', () => {
  const { config } = read(
    'links: { dashboards: "https://grafana.example.com/d", runbooks: "https://wiki.example.com/r" }',
  );
  const rules = parse(outputs(namesOf(config), null)['alerts/livekit-swarm.rules.yaml'] ?? '') as {
    groups: { rules: { alert?: string; annotations?: Record<string, string> }[] }[];
  };
  const down = rules.groups
    .flatMap((group) => group.rules)
    .find(({ alert }) => alert === 'LiveKitNodeDown');
  expect(down?.annotations).toMatchObject({
    runbook_url: 'https://wiki.example.com/r/livekit-node-down.md',
    dashboard_url: 'https://grafana.example.com/d/livekit-swarm-node',
  });
});

it('has no links that would be dead in a notification: without a wiki, and with a path of a Grafana', () => {
  const rules = outputs(namesOf(variantConfig('default')), null)['alerts/livekit-swarm.rules.yaml'];
  expect(rules).toContain('alert: LiveKitNodeDown');
  expect(rules).not.toMatch(/_url:/);
});

it('has no promtool tests for other limits, because they expect the default limits', () => {
  const { config } = read('limits: { loss: 3% }');
  expect(Object.keys(outputs(namesOf(config), null)).join()).not.toContain('tests');
});
