import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { zstdCompressSync } from 'node:zlib';
import { expandPlan, parseScenario } from '@livekit-swarm/scenario';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { KEY } from '../test/support/keys.ts';
import { admittedOf } from '../test/support/participants.ts';
import { createSeal, readFleetKey } from './fleet-key.ts';
import {
  claimSchema,
  decode,
  encode,
  fleetCommandSchema,
  fleetMessageSchema,
  invitationSchema,
  parsedText,
} from './messages.ts';
import { participantPlanSchema } from './participant-schema.ts';
import { RejectedMessage } from './rejected-message.ts';

/** Fixed seed, so that a failure is caused by the change under test. */
const SEED = 20_261;
const runs = (numRuns: number) => ({ numRuns, seed: SEED });

const SCENARIOS = fileURLToPath(new URL('../../../scenarios/', import.meta.url));
const scenarios = readdirSync(SCENARIOS).filter((name) => name.endsWith('.yaml'));

it.each(scenarios)('every participant of %s is decoded as it was encoded', (name) => {
  const text = readFileSync(`${SCENARIOS}${name}`, 'utf8');
  const { participants } = expandPlan(parseScenario(text, { file: name }), 'k3f9a');
  for (const plan of participants.slice(0, 500))
    expect(participantPlanSchema.parse(JSON.parse(JSON.stringify(plan)))).toEqual(plan);
});

const start = {
  type: 'worker',
  job: 0,
  command: {
    type: 'start',
    assignment: {
      ...{ shard: 0, startedAtMs: 1.7e12, clockOffsetMs: 1.6e12, endAtMs: 60_000 },
      engine: { threads: 1, joinTimeoutMs: 15_000, joinAttempts: 4, signalling: 'auto' },
      ...{ authorities: null, elsewhere: [], admitted: admittedOf({ endpoint: 'https://a.test' }) },
    },
  },
} as const;

/**
 * Runs code that may throw a RejectedMessage only.
 * @returns its result
 */
const outcomeOf = <T>(read: () => T): T | 'refused' => {
  try {
    return read();
  } catch (error) {
    if (error instanceof RejectedMessage) return 'refused';
    throw error;
  }
};

const bytesOf = (value: unknown): Buffer => zstdCompressSync(JSON.stringify(value) ?? '');

/** Paths of keys to every place of a value. */
const pathsOf = (value: unknown, path: string[] = []): string[][] => [
  path,
  ...(typeof value === 'object' && value !== null
    ? Object.entries(value).flatMap(([key, one]) => pathsOf(one, [...path, key]))
    : []),
];

const replaced = (value: unknown, [key, ...rest]: string[], by: unknown): unknown => {
  if (key === undefined) return by;
  const copy: Record<string, unknown> = Object.assign(Array.isArray(value) ? [] : {}, value);
  copy[key] = replaced(copy[key], rest, by);
  return copy;
};

const strange = fc.oneof(
  fc.jsonValue(),
  fc.constantFrom<unknown>(
    ...[null, -1, 1e300, 0.5, '', [], {}, { type: 'prepare' }, '__proto__'],
    ...['javascript:alert(1)', 'file:///etc/passwd', 'data:text/javascript,0'],
  ),
);

describe('a command', () => {
  it('with any value in any place is refused, or still a command of the same kind', () => {
    const places = fc.constantFrom(...pathsOf(start));
    fc.assert(
      fc.property(places, strange, (path, by) => {
        const read = outcomeOf(() =>
          decode(fleetCommandSchema, bytesOf([replaced(start, path, by)])),
        );
        if (read === 'refused') return;
        for (const one of read) {
          expect(['worker', 'kill', 'finish']).toContain(one.type);
          if (one.type !== 'worker') continue;
          expect(['start', 'assign', 'stop']).toContain(one.command.type);
          expect(JSON.stringify(one)).not.toMatch(/"browser"|"engineModule"|"media"/);
        }
      }),
      runs(400),
    );
  });

  it('limits the length of each of its texts', () => {
    const long = 'x'.repeat(70_000);
    for (const path of pathsOf(start)) {
      // The certificates of all authorities are longer.
      if (path.at(-1) === 'authorities') continue;
      const changed = bytesOf([replaced(start, path, long)]);
      expect(outcomeOf(() => decode(fleetCommandSchema, changed))).toBe('refused');
    }
  });

  it('with an unknown key is refused', () => {
    const objects = pathsOf(start).filter((path) => {
      const value = path.reduce<unknown>((at, key) => Reflect.get(Object(at), key), start);
      const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
      // Names of headers are free.
      return isObject && path.at(-1) !== 'headers';
    });
    for (const path of objects)
      for (const key of ['browser', 'engineModule', 'constructor'])
        expect(
          outcomeOf(() =>
            decode(fleetCommandSchema, bytesOf([replaced(start, [...path, key], '/bin/sh')])),
          ),
        ).toBe('refused');
  });
});

it('refuses entries beyond the size limit, and too many messages at once', () => {
  const spaces = zstdCompressSync(`[{"type":"alive"}]${' '.repeat(2_000_000)}`);
  expect(spaces.length).toBeLessThan(1_000);
  expect(decode(fleetMessageSchema, spaces)).toHaveLength(1);
  expect(outcomeOf(() => decode(fleetMessageSchema, spaces, 1_000_000))).toBe('refused');
  const many = Array.from({ length: 51 }, () => ({ type: 'alive' }));
  expect(outcomeOf(() => decode(fleetMessageSchema, bytesOf(many)))).toBe('refused');
  expect(outcomeOf(() => decode(fleetMessageSchema, bytesOf([])))).toBe('refused');
});

it('reads or refuses any bytes and any text', () => {
  const seal = createSeal(readFleetKey(KEY));
  const signed = seal.close(['beat', 'x'], encode([{ type: 'alive' }]));
  const damage = fc.tuple(fc.nat({ max: signed.length - 1 }), fc.integer({ min: 1, max: 255 }));
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), damage, (bytes, [at, by]) => {
      outcomeOf(() => decode(fleetMessageSchema, Buffer.from(bytes)));
      expect(outcomeOf(() => seal.open(['beat', 'x'], Buffer.from(bytes)))).toBe('refused');
      const damaged = Buffer.from(signed);
      damaged.writeUInt8((damaged.readUInt8(at) ^ by) & 255, at);
      expect(outcomeOf(() => seal.open(['beat', 'x'], damaged))).toBe('refused');
    }),
    runs(100),
  );
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string({ unit: 'binary' }),
        fc.jsonValue().map((value) => JSON.stringify(value)),
      ),
      (text) => {
        outcomeOf(() => parsedText(invitationSchema, text));
        outcomeOf(() => parsedText(claimSchema, text));
        expect(outcomeOf(() => seal.verify(['beat', 'x'], text))).toBe('refused');
        expect(seal.verify(['beat', 'x'], seal.sign(['beat', 'x'], text))).toBe(text);
      },
    ),
    runs(100),
  );
});

it('hides encrypted contents, and distinguishes places in any spelling', () => {
  const seal = createSeal(readFleetKey(KEY));
  const closed = seal.close(['beat', 'x'], Buffer.from('a token'));
  expect(closed.includes('token')).toBe(false);
  expect(seal.close(['beat', 'x'], Buffer.from('a token'))).not.toEqual(closed);
  expect(seal.open(['beat', 'x'], closed).toString()).toBe('a token');
  for (const place of [['beat'], ['beat', 'x', ''], ['beat","x'], ['beatx'], ['job', 'x']] as const)
    expect(outcomeOf(() => seal.open(place, closed))).toBe('refused');
});
