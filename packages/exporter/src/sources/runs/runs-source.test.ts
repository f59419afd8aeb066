import { setTimeout as sleep } from 'node:timers/promises';
import { collect } from '@livekit-swarm/catalogue/registry';
import type { RecordLine } from '@livekit-swarm/record';
import { specOf } from '@livekit-swarm/testkit/load-spec';
import { recordOf } from '@livekit-swarm/testkit/record-of';
import { describe, expect, it, vi } from 'vitest';
import { createRunsSource } from './runs-source.ts';

const record = recordOf(specOf({ rooms: 1, durationMs: 3_000 }));
const named = (scenario: string): RecordLine[] =>
  record.map((line) =>
    line.type === 'header' ? { ...line, scenario: { ...line.scenario, name: scenario } } : line,
  );
const source = () => {
  const error = vi.fn();
  return { error, runs: createRunsSource({ error, log: () => {}, up: () => {} }) };
};
const scenarios = async (runs: ReturnType<typeof createRunsSource>): Promise<unknown[]> =>
  (await collect(runs.registry))
    .find(({ name }) => name === 'livekit_swarm_run_info')
    ?.values.map(({ labels }) => labels.scenario) ?? [];
const addAll = (runs: ReturnType<typeof createRunsSource>, lines: readonly RecordLine[]): void => {
  const add = runs.begin();
  for (const line of lines) add(line);
};

describe('runs source', () => {
  it('keeps the last run of each scenario after its end', async () => {
    const { runs } = source();
    expect(await scenarios(runs)).toEqual([]);
    addAll(runs, named('one'));
    addAll(runs, named('two'));
    addAll(runs, named('one'));
    expect(await scenarios(runs)).toEqual(['one', 'two']);
  });

  it('does not fail for any record line', () => {
    const { runs, error } = source();
    const add = runs.begin();
    add({ type: 'end', at: 1, reason: 'completed' });
    expect(error).toHaveBeenCalledWith(expect.stringContaining('no header'));
  });

  it('waits until a scraper has fetched the final values, and only with a scraper', async () => {
    const { runs } = source();
    const { signal } = new AbortController();
    addAll(runs, record);
    // Without any scrape, there is no wait.
    await runs.linger(signal);
    const add = runs.begin();
    for (const line of record.slice(0, -1)) add(line);
    await collect(runs.registry);
    await sleep(5);
    for (const line of record.slice(-1)) add(line);
    let over = false;
    const lingering = runs.linger(signal).then(() => {
      over = true;
    });
    await sleep(50);
    expect(over).toBe(false);
    await collect(runs.registry);
    await lingering;
    // The final values were scraped, so there is no further wait.
    await runs.linger(signal);
  });

  it('stops waiting when it is aborted', async () => {
    const { runs } = source();
    const going = new AbortController();
    await collect(runs.registry);
    await sleep(5);
    addAll(runs, record);
    let isOver = false;
    const lingering = runs.linger(going.signal).then(() => {
      isOver = true;
    });
    await sleep(5);
    expect(isOver).toBe(false);
    going.abort();
    await lingering;
    expect(isOver).toBe(true);
  });
});
