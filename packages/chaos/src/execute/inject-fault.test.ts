import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { fakePlatform, NODE } from '../../test/support/fake-platform.ts';
import type { Fault } from '../faults/fault.ts';
import { noParams } from '../faults/fault.ts';
import { type Journal, openJournal } from '../journal/journal.ts';
import { rollbackPending } from '../journal/rollback-pending.ts';
import { type InjectOptions, injectFault } from './inject-fault.ts';

let dir: string;
let journal: Journal;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'swarm-inject-'));
  journal = openJournal(dir);
});
afterEach(() => rmSync(dir, { recursive: true }));

const fault = (inject: Fault['inject'], rollback: Fault['rollback'] = async () => {}): Fault => ({
  name: 'nuisance',
  description: '',
  targets: ['node'],
  params: noParams,
  lasts: true,
  unavailable: async () => null,
  inject,
  rollbackSteps: () => [],
  rollback,
});

const optionsOf = (nuisance: Fault, more: Partial<InjectOptions> = {}): InjectOptions => ({
  fault: nuisance,
  platform: fakePlatform(),
  components: [NODE],
  params: {},
  drill: 'test',
  expiry: null,
  journal,
  ...more,
});

const pendingIds = async (): Promise<string[]> =>
  (await journal.read()).pending.map(({ id }) => id);

test('writes the journal before the injection, with all that a rollback needs, and removes it afterwards', async () => {
  const seen: unknown[] = [];
  const injection = await injectFault(
    optionsOf(
      fault(
        async ({ id }) => void seen.push((await journal.read()).pending[0], id),
        async ({ id, components, params }) =>
          void seen.push({ id, components: components, params }),
      ),
      { params: { a: 1 } },
    ),
  );
  const { id } = injection;
  expect(id).toMatch(/^[a-z0-9]{8}$/);
  expect(seen).toMatchObject([
    {
      id,
      drill: 'test',
      expiry: null,
      fault: 'nuisance',
      params: { a: 1 },
      components: [NODE],
      owner: { pid: process.pid },
    },
    id,
  ]);
  expect(await pendingIds()).toEqual([id]);
  await injection.rollback();
  expect(seen[2]).toEqual({ id, components: [NODE], params: { a: 1 } });
  expect(await pendingIds()).toEqual([]);
});

test('rolls back once for all callers', async () => {
  const rollback = vi.fn(async () => {});
  const injection = await injectFault(optionsOf(fault(async () => {}, rollback)));
  await Promise.all([injection.rollback(), injection.rollback()]);
  await injection.rollback();
  expect(rollback).toHaveBeenCalledTimes(1);
});

test('rolls back a failed injection, and reports why it failed', async () => {
  const rollback = vi.fn(async () => {});
  const failing = fault(async () => {
    throw new Error('half-way');
  }, rollback);
  await expect(injectFault(optionsOf(failing))).rejects.toThrow('half-way');
  expect(rollback).toHaveBeenCalledTimes(1);
  expect(await pendingIds()).toEqual([]);
});

test('injects nothing when the journal cannot be written', async () => {
  const file = join(dir, 'file');
  writeFileSync(file, '');
  const inject = vi.fn(async () => {});
  await expect(
    injectFault(optionsOf(fault(inject), { journal: openJournal(join(file, 'x')) })),
  ).rejects.toMatchObject({
    code: 'journal_unavailable',
  });
  expect(inject).not.toHaveBeenCalled();
});

test('retries a rollback; a failed one stays in the journal for the next attempt', async () => {
  let tries = 0;
  let possible = false;
  const stubborn = fault(
    async () => {},
    async () => {
      tries++;
      if (!possible) throw new Error('still busy');
    },
  );
  const injection = await injectFault(optionsOf(stubborn));
  await expect(injection.rollback()).rejects.toMatchObject({
    code: 'rollback_failed',
    message: expect.stringMatching(/nuisance .* node-1.*still busy/),
    hint: expect.stringContaining('swarm chaos rollback'),
  });
  expect(tries).toBe(4);
  expect(await pendingIds()).toEqual([injection.id]);

  const options = {
    journal,
    faults: new Map([['nuisance', stubborn]]),
    force: true,
    open: async () => fakePlatform(),
  };
  possible = true;
  expect(await rollbackPending(options)).toMatchObject({
    rolledBack: [{ id: injection.id }],
    failed: [],
  });
  expect(await pendingIds()).toEqual([]);
});

test('leaves the faults of a running drill to it', async () => {
  const rollback = vi.fn(async () => {});
  const nuisance = fault(async () => {}, rollback);
  const { id } = await injectFault(optionsOf(nuisance));
  const options = {
    journal,
    faults: new Map([['nuisance', nuisance]]),
    open: async () => fakePlatform(),
  };
  expect(await rollbackPending(options)).toMatchObject({ running: [{ id }], rolledBack: [] });
  expect(rollback).not.toHaveBeenCalled();
});

test('keeps an entry with an unknown fault or platform, with the reason, and rolls back the others', async () => {
  const known = fault(async () => {});
  const { id } = await injectFault(optionsOf(known));
  const { id: strange } = await injectFault(optionsOf({ ...known, name: 'later' }));
  const { id: elsewhere } = await injectFault(
    optionsOf(known, {
      platform: { ...fakePlatform(), reference: { kind: 'process', place: 'the moon' } },
    }),
  );
  const report = await rollbackPending({
    journal,
    faults: new Map([['nuisance', known]]),
    force: true,
    open: async ({ place }) => {
      if (place === 'the moon') throw new Error('no rocket');
      return fakePlatform();
    },
  });
  expect(report.rolledBack.map((entry) => entry.id)).toEqual([id]);
  expect(new Map(report.failed.map(({ entry, error }) => [entry.id, error.message]))).toEqual(
    new Map([
      [strange, expect.stringContaining('"later"')],
      [elsewhere, 'no rocket'],
    ]),
  );
  expect((await pendingIds()).sort()).toEqual([strange, elsewhere].sort());
});
