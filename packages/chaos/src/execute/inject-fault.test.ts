import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { fakeTarget, NODE } from '../../test/support/fake-platform.ts';
import type { Fault } from '../faults/fault.ts';
import { noParams } from '../faults/no-params.ts';
import { type Journal, openJournal } from '../journal/journal.ts';
import { healPending } from '../journal/rollback-pending.ts';
import { type InjectOptions, injectFault } from './inject-fault.ts';

let dir: string;
let journal: Journal;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'swarm-inject-'));
  journal = openJournal(dir);
});
afterEach(() => rmSync(dir, { recursive: true }));

const fault = (inject: Fault['inject'], heal: Fault['heal'] = async () => {}): Fault => ({
  name: 'nuisance',
  description: '',
  on: ['node'],
  params: noParams,
  lasts: true,
  available: async () => null,
  inject,
  heal,
});

const order = (nuisance: Fault, more: Partial<InjectOptions> = {}): InjectOptions => ({
  fault: nuisance,
  target: fakeTarget(),
  members: [NODE],
  params: {},
  drill: 'test',
  journal,
  ...more,
});

const pendingIds = async (): Promise<string[]> =>
  (await journal.read()).pending.map(({ id }) => id);

test('it is in the journal before it is done, with all that it takes to heal it, and not after it was healed', async () => {
  const seen: unknown[] = [];
  const injection = await injectFault(
    order(
      fault(
        async ({ id }) => void seen.push((await journal.read()).pending[0], id),
        async ({ id, members, params }) => void seen.push({ id, members, params }),
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
      fault: 'nuisance',
      params: { a: 1 },
      members: [NODE],
      owner: { pid: process.pid },
    },
    id,
  ]);
  expect(await pendingIds()).toEqual([id]);
  await injection.heal();
  expect(seen[2]).toEqual({ id, members: [NODE], params: { a: 1 } });
  expect(await pendingIds()).toEqual([]);
});

test('it is healed once, however many ask, at once or later', async () => {
  const heal = vi.fn(async () => {});
  const injection = await injectFault(order(fault(async () => {}, heal)));
  await Promise.all([injection.heal(), injection.heal()]);
  await injection.heal();
  expect(heal).toHaveBeenCalledTimes(1);
});

test('one that fails half-way is healed, and says why it failed', async () => {
  const heal = vi.fn(async () => {});
  const failing = fault(async () => {
    throw new Error('half-way');
  }, heal);
  await expect(injectFault(order(failing))).rejects.toThrow('half-way');
  expect(heal).toHaveBeenCalledTimes(1);
  expect(await pendingIds()).toEqual([]);
});

test('nothing is done that cannot be written down', async () => {
  const file = join(dir, 'file');
  writeFileSync(file, '');
  const inject = vi.fn(async () => {});
  await expect(
    injectFault(order(fault(inject), { journal: openJournal(join(file, 'x')) })),
  ).rejects.toMatchObject({
    code: 'no_journal',
  });
  expect(inject).not.toHaveBeenCalled();
});

test('who was told to stop injects nothing; who is told in the middle takes it back', async () => {
  const heal = vi.fn(async () => {});
  const stop = new AbortController();
  const stopping = fault(async () => stop.abort(new Error('Ctrl-C')), heal);
  await expect(injectFault(order(stopping, { signal: stop.signal }))).rejects.toThrow('Ctrl-C');
  expect(heal).toHaveBeenCalledTimes(1);
  const inject = vi.fn(async () => {});
  await expect(injectFault(order(fault(inject), { signal: stop.signal }))).rejects.toThrow(
    'Ctrl-C',
  );
  expect(inject).not.toHaveBeenCalled();
  expect(await pendingIds()).toEqual([]);
});

test('healing is tried again, and what cannot be healed stays in the journal until somebody can', async () => {
  let tries = 0;
  let possible = false;
  const stubborn = fault(
    async () => {},
    async () => {
      tries++;
      if (!possible) throw new Error('still busy');
    },
  );
  const injection = await injectFault(order(stubborn));
  await expect(injection.heal()).rejects.toMatchObject({
    code: 'not_healed',
    message: expect.stringMatching(/nuisance .* node-1.*still busy/),
    hint: expect.stringContaining('swarm chaos heal'),
  });
  expect(tries).toBe(4);
  expect(await pendingIds()).toEqual([injection.id]);

  const options = {
    journal,
    faults: new Map([['nuisance', stubborn]]),
    force: true,
    open: async () => fakeTarget(),
  };
  possible = true;
  expect(await healPending(options)).toMatchObject({ healed: [{ id: injection.id }], failed: [] });
  expect(await pendingIds()).toEqual([]);
});

test('what a drill that lives has injected is left to it', async () => {
  const heal = vi.fn(async () => {});
  const nuisance = fault(async () => {}, heal);
  const { id } = await injectFault(order(nuisance));
  const options = {
    journal,
    faults: new Map([['nuisance', nuisance]]),
    open: async () => fakeTarget(),
  };
  expect(await healPending(options)).toMatchObject({ alive: [{ id }], healed: [] });
  expect(heal).not.toHaveBeenCalled();
});

test('a fault or a target that this version does not know stays, with the reason, and the others are healed', async () => {
  const known = fault(async () => {});
  const { id } = await injectFault(order(known));
  const { id: strange } = await injectFault(order({ ...known, name: 'later' }));
  const { id: elsewhere } = await injectFault(
    order(known, {
      target: { ...fakeTarget(), reference: { kind: 'process', place: 'the moon' } },
    }),
  );
  const report = await healPending({
    journal,
    faults: new Map([['nuisance', known]]),
    force: true,
    open: async ({ place }) => {
      if (place === 'the moon') throw new Error('no rocket');
      return fakeTarget();
    },
  });
  expect(report.healed.map((entry) => entry.id)).toEqual([id]);
  expect(new Map(report.failed.map(({ entry, error }) => [entry.id, error.message]))).toEqual(
    new Map([
      [strange, expect.stringContaining('"later"')],
      [elsewhere, 'no rocket'],
    ]),
  );
  expect((await pendingIds()).sort()).toEqual([strange, elsewhere].sort());
});
