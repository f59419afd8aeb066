import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { readLiveKitConfig } from './read-config.ts';

const dir = mkdtempSync(join(tmpdir(), 'swarm-config-'));
afterAll(() => rmSync(dir, { recursive: true }));

const fileWith = (text: string): string => {
  const file = join(dir, 'livekit.yaml');
  writeFileSync(file, text);
  return file;
};

test("keeps settings of the server's work, drops addresses, keys and webhooks", () => {
  const file = fileWith(`
port: 7880
keys: { APIkey: secret }
redis: { address: prod:6379 }
webhook: { urls: [https://example.com] }
rtc:
  udp_port: 50000-60000
  use_external_ip: true
  congestion_control: { enabled: false }
  packet_buffer_size_audio: 100
room: { empty_timeout: 5 }
`);
  expect(readLiveKitConfig(file)).toEqual({
    config: {
      rtc: { congestion_control: { enabled: false }, packet_buffer_size_audio: 100 },
      room: { empty_timeout: 5 },
    },
    leftOut: ['port', 'keys', 'redis', 'webhook', 'rtc.udp_port', 'rtc.use_external_ip'],
  });
});

test.each(['', '- a\n- b\n', 'port: [', 'just text'])(
  'rejects a file that is not a configuration: %j',
  (text) => {
    expect(() => readLiveKitConfig(fileWith(text))).toThrow(
      expect.objectContaining({
        name: 'SwarmError',
        code: 'bad_config',
        message: expect.stringContaining('livekit.yaml: '),
      }),
    );
  },
);

test('refuses a missing file', () => {
  expect(() => readLiveKitConfig(join(dir, 'none.yaml'))).toThrow(
    /none\.yaml: cannot be read: ENOENT/,
  );
});
