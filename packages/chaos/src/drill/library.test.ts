import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { DEFAULT_LIVEKIT_VERSION } from '@livekit-swarm/lab/choices';
import { expandPlan } from '@livekit-swarm/scenario';
import { describe, expect, it } from 'vitest';
import { EXECUTED, VARIANTS } from '../../test/support/library-coverage.ts';
import { readDrill } from '../../test/support/read-drill.ts';
import { joinProbesOf, scenarioOfDrill } from './scenario-of-drill.ts';

const folder = fileURLToPath(new URL('../../../../chaos/', import.meta.url));
const files = readdirSync(folder).filter((name) => name.endsWith('.yaml'));

/** Groups of faults (tag `row`) of which the library has a drill. */
const ROWS = [
  'agent',
  'blackhole',
  'change',
  'hang',
  'kill',
  'limits',
  'load-balancer',
  'network',
  'no-fault',
  'race',
  'redis',
  'site',
  'stop',
  'turn',
];

/** Drills of components that no lab of a drill has: they need a deployment. */
const deployments = join(folder, 'deployments');

it.each(readdirSync(deployments))('%s is valid, for a deployment', (file) => {
  const drill = readDrill(join(deployments, file));
  expect(file).toBe(`${drill.name}.yaml`);
  expect(drill.description).toMatch(/\w.{40}/);
  // No drill runs on a deployment without one.
  expect(drill.abort).not.toBeNull();
  const [, schema = ''] =
    /^# yaml-language-server: \$schema=(.*)$/m.exec(
      readFileSync(join(deployments, file), 'utf8'),
    ) ?? [];
  expect(existsSync(join(deployments, schema))).toBe(true);
});

describe('the library', () => {
  const drills = files.map((file) => readDrill(join(folder, file)));

  it('has a drill for every known failure', () => {
    expect([...new Set(drills.map(({ tags }) => tags.row))].sort()).toEqual(ROWS);
  });

  it.each(drills.map((drill, index) => [files[index] ?? '', drill] as const))(
    '%s is valid and has a description',
    (file, drill) => {
      expect(file).toBe(`${drill.name}.yaml`);
      expect(drill.description).toMatch(/\w.{40}/);
      const plan = expandPlan(scenarioOfDrill(drill), 'k3x9');
      // A load with join probes that fits on any host, and a drill of at most three minutes.
      expect(plan.participants.length + joinProbesOf(drill, plan, 'k3x9').length).toBeLessThan(200);
      expect(plan.endAtMs).toBeLessThan(180_000);
      expect(drill.knownFailures?.serverVersion ?? DEFAULT_LIVEKIT_VERSION).toBe(
        DEFAULT_LIVEKIT_VERSION,
      );
      expect(drill.allowedTargets).toEqual([]);
    },
  );

  it('has no drill that is not executed by a test, or a variant of one that is', () => {
    const executed: readonly string[] = Object.values(EXECUTED).flat();
    const names = [...executed, ...Object.keys(VARIANTS)].map((name) => `${name}.yaml`);
    expect(names.toSorted()).toEqual(files.toSorted());
    for (const [name, of] of Object.entries(VARIANTS)) expect(executed, name).toContain(of);
    const faultsOf = (wanted: string): string[] =>
      drills.find(({ name }) => name === wanted)?.faults.map(({ fault }) => fault) ?? [];
    for (const [name, of] of Object.entries(VARIANTS))
      expect(faultsOf(name), name).toEqual(faultsOf(of));
  });

  it('repeats drills whose outcome varies', () => {
    for (const { name, knownFailures, repeats } of drills) {
      if (knownFailures?.always.length === 0) expect([name, repeats >= 3]).toEqual([name, true]);
    }
  });

  it('names the schema for editors', () => {
    for (const file of files) {
      const [, path = ''] =
        /^# yaml-language-server: \$schema=(.*)$/m.exec(readFileSync(join(folder, file), 'utf8')) ??
        [];
      expect(existsSync(join(folder, path))).toBe(true);
    }
  });

  it('gives the drill without faults no objectives but those of the deployment', () => {
    const calm = drills.filter(({ faults }) => faults.length === 0).map(({ name }) => name);
    expect(calm.sort()).toEqual([
      'agent-workers-full',
      'no-fault',
      'node-full',
      'room-full',
      'simultaneous-first-join',
      'subscription-limit',
    ]);
  });
});
