import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SwarmError } from '@livekit-swarm/settings';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { fakePlatform, NODE } from '../../test/support/fake-platform.ts';
import type { Fault } from '../faults/fault.ts';
import { noParams } from '../faults/fault.ts';
import { type Journal, openJournal } from '../journal/journal.ts';
import { rollbackPending } from '../journal/rollback-pending.ts';
import type { Platform } from '../targets/platform.ts';
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
  example: {},
  lasts: true,
  unavailable: async () => null,
  inject,
  missingEffect: async () => null,
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

test('the journal names the components that drain, before their SIGTERM, so that another process knows', async () => {
  const other = { ...NODE, name: 'node-2' };
  const seen: (string[] | undefined)[] = [];
  const look = async (): Promise<void> =>
    void seen.push((await journal.read()).pending[0]?.draining);
  const drains = fault(async ({ components, beginDrain }) => {
    await look();
    await Promise.all(components.map((component) => beginDrain?.(component, 'SIGTERM')));
    await look();
  });
  const rollback = vi.fn(async () => {});
  await injectFault(optionsOf(drains, { components: [NODE, other] }));
  await look();
  const names = [NODE.name, other.name];
  expect(seen).toEqual([[], names, names]);
  const faults = new Map([['nuisance', fault(async () => {}, rollback)]]);
  const open = async (): Promise<Platform> => fakePlatform();
  await rollbackPending({ journal, faults, force: true, open });
  expect(rollback).toHaveBeenCalledWith(expect.objectContaining({ draining: new Set(names) }));
});

test('an armed rollback knows of a drain before it begins, and a node of which it cannot know is not drained', async () => {
  const noted: string[] = [];
  const drains = (signalled: string[]): Fault => ({
    ...fault(async ({ components, beginDrain }) => {
      for (const component of components) await beginDrain?.(component, 'SIGTERM');
      signalled.push('SIGTERM');
    }),
    rollbackSteps: () => [{ step: 'terminate_drained' }, { step: 'start' }],
  });
  const armed = (beginDrain: NonNullable<Platform['expiry']['beginDrain']>): Platform => ({
    ...fakePlatform(),
    expiry: {
      missingCapability: async () => null,
      arm: async () => ['detached_process'],
      beginDrain,
      disarm: async () => {},
    },
  });
  const expiry = { afterMs: 60_000, required: true };
  const platform = armed(async (id, { name }) => {
    noted.push(`${id} ${name}`);
    return false;
  });
  const { id } = await injectFault(optionsOf(drains(noted), { platform, expiry }));
  expect(noted).toEqual([`${id} ${NODE.name}`, 'SIGTERM']);

  const signalled: string[] = [];
  const deaf = armed(() => Promise.reject(new Error('no space on /run')));
  await expect(
    injectFault(optionsOf(drains(signalled), { platform: deaf, expiry })),
  ).rejects.toThrow('no space on /run');
  expect(signalled).toEqual([]);
});

test.each([
  ['the target did not note it', 'expiry_unavailable', []],
  ['the target may have begun it, and did not answer', 'fault_unavailable', [NODE.name]],
] as const)(
  'the journal names a node whose drain failed only if it may drain: %s',
  async (_, code, named) => {
    const seen: (string[] | undefined)[] = [];
    const drains: Fault = {
      ...fault(
        async ({ components, beginDrain }) => {
          for (const component of components) await beginDrain?.(component, 'SIGTERM');
        },
        // A rollback that fails here is repeated by the journal.
        async () => void seen.push((await journal.read()).pending[0]?.draining),
      ),
      rollbackSteps: () => [{ step: 'terminate_drained' }, { step: 'start' }],
    };
    const platform: Platform = {
      ...fakePlatform(),
      expiry: {
        missingCapability: async () => null,
        arm: async () => ['detached_process'],
        beginDrain: () => Promise.reject(new SwarmError(code, 'no drain')),
        disarm: async () => {},
      },
    };
    const expiry = { afterMs: 60_000, required: true };
    await expect(injectFault(optionsOf(drains, { platform, expiry }))).rejects.toThrow('no drain');
    expect(seen).toEqual([named]);
  },
);

test('where a program sends the signal, the drain is noted with it, and not before', async () => {
  const seen: unknown[] = [];
  const drains = fault(async ({ components: [node = NODE], beginDrain }) => {
    seen.push(await beginDrain?.(node, 'SIGTERM'));
    seen.push((await journal.read()).pending[0]?.draining);
  });
  const asked: string[] = [];
  const file = join(dir, 'signalled');
  const platform: Platform = {
    ...fakePlatform(),
    signalCommand: async ({ name }, signal) => {
      // A drill that is killed here has not touched the node.
      seen.push((await journal.read()).pending[0]?.draining);
      asked.push(`${signal} ${name}`);
      return ['touch', file];
    },
  };
  const injection = await injectFault(optionsOf(drains, { platform }));
  expect(asked).toEqual([`SIGTERM ${NODE.name}`]);
  expect(seen).toEqual([[], true, [NODE.name]]);
  expect(existsSync(file)).toBe(true);
  await injection.rollback();
  expect(await pendingIds()).toEqual([]);
});

test.each([
  ['perhaps', 'exit 1', [NODE.name]],
  ['not', 'exit 76', []],
])(
  'a node that was %s signalled is rolled back as one that drains, or not',
  async (_, script, expected) => {
    const seen: string[][] = [];
    const drains: Fault = {
      ...fault(
        async ({ components: [node = NODE], beginDrain }) => {
          await beginDrain?.(node, 'SIGTERM');
        },
        async ({ draining = new Set() }) => void seen.push([...draining]),
      ),
      rollbackSteps: STEPS,
    };
    const platform: Platform = {
      ...fakePlatform(),
      signalCommand: async () => ['sh', '-c', script],
    };
    await expect(injectFault(optionsOf(drains, { platform }))).rejects.toThrow(/signalled/);
    expect(seen).toEqual([expected]);
  },
);

test.each([
  ['the target has a note', true, [NODE.name]],
  ['the target has none, as the command never arrived', false, []],
  ['the target has no notes at all', null, [NODE.name]],
] as const)(
  'a later rollback asks the target whether a drain of the journal has begun: %s',
  async (_, begun, expected) => {
    const rollback = vi.fn(async () => {});
    const drains: Fault = {
      ...fault(async ({ components: [node = NODE], beginDrain }) => {
        await beginDrain?.(node, 'SIGTERM');
      }),
      rollbackSteps: STEPS,
    };
    const base = fakePlatform();
    const platform: Platform = {
      ...base,
      expiry: { ...base.expiry, beginDrain: async () => true, hasBegunDrain: async () => begun },
    };
    const expiry = { afterMs: 60_000, required: true };
    await injectFault(optionsOf(drains, { platform, expiry }));
    const faults = new Map([['nuisance', fault(async () => {}, rollback)]]);
    await rollbackPending({ journal, faults, force: true, open: async () => platform });
    expect(rollback).toHaveBeenCalledWith(expect.objectContaining({ draining: new Set(expected) }));
  },
);

test('nothing is injected when arming has lasted so long that the target may roll back first', async () => {
  const platform = fakePlatform();
  const inject = vi.fn(async () => {});
  const stateful = { ...fault(inject), rollbackSteps: STEPS };
  const slow = {
    ...platform,
    expiry: {
      ...platform.expiry,
      arm: async (request: Parameters<Platform['expiry']['arm']>[0]) => {
        await new Promise((done) => setTimeout(done, 150));
        return platform.expiry.arm(request);
      },
    },
  };
  const options = { platform: slow, expiry: { afterMs: 200, required: true } };
  await expect(injectFault(optionsOf(stateful, options))).rejects.toMatchObject({
    code: 'expiry_unavailable',
    message: expect.stringMatching(
      /^nuisance is left alone: the automatic rollback .* (comes in 1 s|has come), /,
    ),
  });
  expect(inject).not.toHaveBeenCalled();
  expect(platform.calls.at(-1)).toMatch(/^disarm /);
  expect(await pendingIds()).toEqual([]);
});

test('no drain begins when the target may roll back before its signal has arrived', async () => {
  const platform = { ...fakePlatform(), inFlight: { maxMs: 30_000 } };
  const seen: (string[] | undefined)[] = [];
  const drains: Fault = {
    ...fault(
      async ({ components: [node = NODE], beginDrain }) => {
        await new Promise((done) => setTimeout(done, 1_100));
        await beginDrain?.(node, 'SIGTERM');
      },
      async () => void seen.push((await journal.read()).pending[0]?.draining),
    ),
    rollbackSteps: STEPS,
  };
  const expiry = { afterMs: 2_000, required: true };
  await expect(injectFault(optionsOf(drains, { platform, expiry }))).rejects.toMatchObject({
    code: 'expiry_unavailable',
    message: expect.stringContaining(`${NODE.name} is left alone`),
  });
  expect(seen).toEqual([[]]);
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

test('leaves the faults of a running drill unchanged', async () => {
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

const STEPS: Fault['rollbackSteps'] = () => [{ step: 'start' }];
const EXPIRY = { afterMs: 70_000, required: true };

test('arms the target after the journal and before the injection, and disarms it after the rollback', async () => {
  const platform = fakePlatform();
  const seen: unknown[] = [];
  const stateful = {
    ...fault(
      async () => void platform.calls.push('inject'),
      async () => void platform.calls.push('roll back'),
    ),
    rollbackSteps: STEPS,
  };
  const arm: Platform['expiry']['arm'] = async (request) => {
    seen.push(await pendingIds(), request);
    return platform.expiry.arm(request);
  };
  const { id, rollback } = await injectFault(
    optionsOf(stateful, {
      platform: { ...platform, expiry: { ...platform.expiry, arm } },
      expiry: EXPIRY,
    }),
  );
  const [entry] = (await journal.read()).pending;
  expect(entry).toMatchObject({ injected: true, expiry: { methods: ['detached_process'] } });
  // The target has all data that this host would use for the rollback.
  expect(seen).toMatchObject([
    [id],
    {
      id,
      components: [{ component: NODE, steps: [{ step: 'start' }] }],
      entry: {
        journal: journal.dir,
        entry: { id, components: [NODE], platform: { kind: 'process' } },
      },
    },
  ]);
  await rollback();
  expect(platform.calls).toEqual([`arm ${id} 70000`, 'inject', 'roll back', `disarm ${id}`]);
});

test('injects nothing if a required automatic rollback is unavailable', async () => {
  const platform = fakePlatform();
  const inject = vi.fn(async () => {});
  const stateful = { ...fault(inject), rollbackSteps: STEPS };
  const without = {
    ...platform,
    expiry: { ...platform.expiry, missingCapability: async () => 'it is far away' },
  };
  await expect(
    injectFault(optionsOf(stateful, { platform: without, expiry: EXPIRY })),
  ).rejects.toMatchObject({
    code: 'expiry_unavailable',
    message: expect.stringContaining('nuisance of node-1: it is far away'),
    hint: expect.stringContaining('--without-expiry'),
  });
  expect(inject).not.toHaveBeenCalled();
  expect(await pendingIds()).toEqual([]);

  await injectFault(
    optionsOf(stateful, { platform: without, expiry: { ...EXPIRY, required: false } }),
  );
  expect(inject).toHaveBeenCalledTimes(1);
  expect((await journal.read()).pending).toMatchObject([{ expiry: null }]);
});

test('an injection without an answer is rolled back again after its commands have ended', async () => {
  const done: string[] = [];
  const timedOut = fault(
    async () => {
      throw new SwarmError('fault_unavailable', 'no answer within 30 s');
    },
    async () => void done.push(`rolled back with ${(await pendingIds()).length} pending`),
  );
  const platform = { ...fakePlatform(), inFlight: { maxMs: 30_000, leftMs: () => 300 } };
  const begun = performance.now();
  await expect(injectFault(optionsOf(timedOut, { platform }))).rejects.toThrow('no answer');
  expect(performance.now() - begun).toBeGreaterThan(290);
  // The entry stays in the journal until the second rollback.
  expect(done).toEqual(['rolled back with 1 pending', 'rolled back with 1 pending']);
  expect(await pendingIds()).toEqual([]);
});

test('a later rollback does the same for a drill that died during the injection', async () => {
  const rollback = vi.fn(async () => {});
  const nuisance = { ...fault(async () => {}, rollback), rollbackSteps: STEPS };
  const platform = { ...fakePlatform(), inFlight: { maxMs: 400 } };
  await injectFault(optionsOf(nuisance, { expiry: EXPIRY }));
  const [entry] = (await journal.read()).pending;
  if (entry === undefined) throw new Error('nothing is pending');
  await journal.write({ ...entry, injected: false, injectedAt: new Date().toISOString() });
  const options = {
    journal,
    faults: new Map([['nuisance', nuisance]]),
    force: true,
    open: async () => platform,
  };
  expect((await rollbackPending(options)).rolledBack).toHaveLength(1);
  expect(rollback).toHaveBeenCalledTimes(2);
  expect(platform.calls).toEqual([`disarm ${entry.id}`]);
});

test.each([true, false])(
  'injects nothing when a rollback that may be half armed cannot be disarmed, and keeps the entry (required: %s)',
  async (required) => {
    const platform = fakePlatform();
    const inject = vi.fn(async () => {});
    const stateful = { ...fault(inject), rollbackSteps: STEPS };
    const cutOff: Platform['expiry'] = {
      ...platform.expiry,
      arm: async () => {
        throw new SwarmError('unreachable', 'lk-2 cannot be reached');
      },
      disarm: async () => {
        throw new SwarmError('unreachable', 'lk-1 cannot be reached');
      },
    };
    await expect(
      injectFault(
        optionsOf(stateful, {
          platform: { ...platform, expiry: cutOff },
          expiry: { ...EXPIRY, required },
        }),
      ),
    ).rejects.toMatchObject({
      code: 'rollback_failed',
      message: expect.stringMatching(/lk-2 cannot be reached.*cannot be disarmed: lk-1 cannot/),
      hint: expect.stringContaining('swarm chaos rollback'),
    });
    expect(inject).not.toHaveBeenCalled();
    const [id] = await pendingIds();

    const later = { journal, faults: new Map([['nuisance', stateful]]), force: true };
    expect(await rollbackPending({ ...later, open: async () => platform })).toMatchObject({
      rolledBack: [{ id }],
      failed: [],
    });
    expect(platform.calls).toEqual([`disarm ${id}`]);
  },
);

test('disarms a rollback that could not be armed everywhere, and forgets the fault', async () => {
  const platform = fakePlatform();
  const stateful = { ...fault(async () => {}), rollbackSteps: STEPS };
  const arm: Platform['expiry']['arm'] = async () => {
    throw new SwarmError('unreachable', 'lk-2 cannot be reached');
  };
  await expect(
    injectFault(
      optionsOf(stateful, {
        platform: { ...platform, expiry: { ...platform.expiry, arm } },
        expiry: EXPIRY,
      }),
    ),
  ).rejects.toThrow('lk-2 cannot be reached');
  expect(platform.calls).toMatchObject([expect.stringMatching(/^disarm /)]);
  expect(await pendingIds()).toEqual([]);
});
