import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  expandPlan,
  NOTHING_READABLE,
  type ParticipantPlan,
  parseScenario,
  type ReadPermission,
  recordedScenario,
} from '@livekit-swarm/scenario';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { readE2eeSecrets } from './e2ee-secrets.ts';

let dir = '';
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'swarm-e2ee-test-'));
});
afterEach(() => rmSync(dir, { recursive: true }));

const allowed = (): ReadPermission => ({ env: Object.keys(env).concat('NOT_SET'), files: [dir] });

const KEY = Buffer.alloc(32, 5).toString('base64');
const env = { ROOM_PASSPHRASE: 'swordfish', SHORT: 'AAAA', ODD: 'not base64!' };

const planWith = (...e2ee: string[]) => {
  const roles = e2ee.map((one, number) => `r${number}: { publish: audio, e2ee: ${one} }`);
  const text = `
scenario: encrypted
groups:
  calls:
    executor: constant-rooms
    rooms: 1
    duration: 5s
    roles: { ${roles.join(', ')} }
`;
  return expandPlan(parseScenario(text, { file: 'encrypted.yaml' }), 'run');
};

const secretsOf = async (...e2ee: string[]) => {
  const plan = planWith(...e2ee);
  const secretOf = await readE2eeSecrets(plan, { env, dir, permission: allowed() });
  return plan.participants.map((participant) => secretOf(participant));
};

test('secrets are read from the environment and from files, and the record contains none', async () => {
  writeFileSync(join(dir, 'room-key'), `${KEY}\n`);
  const roles = [
    '{ passphrase: { env: ROOM_PASSPHRASE }, keyIndex: 3, ratchet: 1 }',
    '{ key: { file: room-key } }',
    'none',
  ];
  expect(await secretsOf(...roles)).toEqual([
    { passphrase: 'swordfish', keyIndex: 3, ratchet: 1 },
    { key: KEY, keyIndex: 0, ratchet: 0 },
    undefined,
  ]);
  const recorded = JSON.stringify(recordedScenario(planWith(...roles).scenario));
  expect(recorded).toContain('ROOM_PASSPHRASE');
  expect(recorded).not.toContain('swordfish');
});

test('a key that is generated for the run is the same for all its roles; the wrong key is another one', async () => {
  const [one, same, wrong] = await secretsOf('throw-away', 'throw-away', 'wrong-key');
  expect(one).toEqual(same);
  expect(one).not.toEqual(wrong);
  expect(await secretsOf('throw-away')).not.toEqual([one]);
});

test('a real client without a key is rejected in an encrypted room', async () => {
  const plan = planWith('throw-away', 'none');
  const participants = plan.participants.map((participant): ParticipantPlan => {
    return participant.e2ee === null ? { ...participant, engine: 'browser' } : participant;
  });
  const reader = { env, dir, permission: NOTHING_READABLE };
  await expect(readE2eeSecrets({ ...plan, participants }, reader)).rejects.toThrow(
    /role r1 of group calls: it has no end-to-end encryption/,
  );
});

test('a real client with a key is accepted in an encrypted room', async () => {
  const plan = planWith('throw-away', 'throw-away');
  const participants = plan.participants.map(
    (participant): ParticipantPlan => ({ ...participant, engine: 'browser' }),
  );
  const secretOf = await readE2eeSecrets(
    { ...plan, participants },
    { env, dir, permission: NOTHING_READABLE },
  );
  const [one, other] = participants.map(secretOf);
  expect(one).toMatchObject({ keyIndex: 0, ratchet: 0 });
  expect(other).toEqual(one);
});

test.each([
  ['{ passphrase: { env: NOT_SET } }', /e2ee of role r0 .*variable NOT_SET is not set/],
  ['{ key: { file: nowhere } }', /nowhere cannot be read: ENOENT/],
  ['{ key: { env: SHORT } }', /the key is too short/],
  ['{ key: { env: ODD } }', /the key is not base64/],
])('%s is an error that does not repeat the secret', async (e2ee, message) => {
  const failure = secretsOf(e2ee);
  await expect(failure).rejects.toThrow(message);
  await expect(failure).rejects.not.toThrow(/AAAA|not base64!/);
});

test('a secret that the user did not allow is not read, and a key of the deployment is never read', async () => {
  const plan = (name: string) => planWith(`{ passphrase: { env: ${name} } }`);
  const reader = { env: { ...env, LIVEKIT_API_SECRET: 'theirs' }, dir };
  const permission = { env: ['LIVEKIT_API_SECRET'], files: [] };
  await expect(
    readE2eeSecrets(plan('ROOM_PASSPHRASE'), { ...reader, permission: NOTHING_READABLE }),
  ).rejects.toMatchObject({ code: 'usage', hint: expect.stringContaining('--allow-env') });
  await expect(
    readE2eeSecrets(plan('LIVEKIT_API_SECRET'), { ...reader, permission }),
  ).rejects.toThrow(/may not read LIVEKIT_API_SECRET/);
});
