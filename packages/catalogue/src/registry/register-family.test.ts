import { Registry } from 'prom-client';
import { describe, expect, it } from 'vitest';
import {
  AGENT_METRICS,
  CATALOGUE,
  CHAOS_METRICS,
  CLIENT_METRICS,
  EXPORTER_METRICS,
  LIFECYCLE_METRICS,
  PROBE_METRICS,
  RUN_METRICS,
  SESSION_METRICS,
} from '../index.ts';
import { registerFamily } from './register-family.ts';
import { collect, render } from './render.ts';

const textOf = async (registry: Registry): Promise<string> =>
  (await render(await collect(registry), 'text')).body;

describe('registerFamily', () => {
  it('registers every metric there is, in one registry', async () => {
    const registry = new Registry();
    for (const family of [
      RUN_METRICS,
      SESSION_METRICS,
      PROBE_METRICS,
      LIFECYCLE_METRICS,
      AGENT_METRICS,
      CLIENT_METRICS,
      CHAOS_METRICS,
      EXPORTER_METRICS,
    ]) {
      registerFamily(registry, family);
    }
    const names = (await collect(registry)).map(({ name }) => name);
    expect(names.sort()).toEqual(
      Object.values(CATALOGUE)
        .flat()
        .map(({ name }) => name)
        .sort(),
    );
  });

  it('shows counters that always appear as 0, and no level that was never measured', async () => {
    const registry = new Registry();
    registerFamily(registry, PROBE_METRICS);
    const text = await textOf(registry);
    expect(text).toContain('livekit_swarm_probe_runs_total{result="success"} 0');
    expect(text.match(/^# TYPE .*/gm)).toEqual(['# TYPE livekit_swarm_probe_runs_total counter']);
  });

  it('returns typed handles', async () => {
    const registry = new Registry();
    const {
      livekit_swarm_probe_success,
      livekit_swarm_probe_latency_seconds,
      livekit_swarm_probe_phase_seconds,
    } = registerFamily(registry, PROBE_METRICS);
    livekit_swarm_probe_success.set(1);
    livekit_swarm_probe_phase_seconds.set({ phase: 'ice', side: 'a' }, 0.25);
    livekit_swarm_probe_latency_seconds.set({ kind: 'audio' }, new Map([[0.5, 0.002]]));
    expect(await textOf(registry)).toContain('livekit_swarm_probe_success 1\n');
    expect(await textOf(registry)).toContain(
      'livekit_swarm_probe_phase_seconds{phase="ice",side="a"} 0.25',
    );
    expect(await textOf(registry)).toContain(
      'livekit_swarm_probe_latency_seconds{kind="audio",quantile="0.5"} 0.002',
    );
  });
});
