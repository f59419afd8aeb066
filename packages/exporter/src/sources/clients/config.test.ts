import { readFileSync } from 'node:fs';
import { explain, SwarmError } from '@livekit-swarm/settings';
import { describe, expect, it } from 'vitest';
import { readConfig } from '../../config/settings.ts';
import { CLIENTS_DEFAULTS } from './clients-options.ts';
import { clientsOptions } from './config.ts';

const KEYS = () => [{ apiKey: 'key', apiSecret: 'secret' }];
const read = (yaml: string) =>
  clientsOptions(readConfig(yaml, 'exporter.yaml').value.clients ?? {}, KEYS);

const problemOf = (yaml: string): string => {
  try {
    read(yaml);
  } catch (error) {
    if (error instanceof SwarmError) return explain(error);
    throw error;
  }
  return '';
};

describe('the section clients', () => {
  it('is valid as shown in docs/beacon.md', () => {
    const page = readFileSync(new URL('../../../../../docs/beacon.md', import.meta.url), 'utf8');
    const yaml = /```yaml\n(.*?)```/s.exec(page)?.[1] ?? '';
    expect(read(yaml)).toEqual({
      ...CLIENTS_DEFAULTS,
      keys: KEYS,
      origins: ['https://app.example.com'],
      rooms: ['town-hall'],
    });
  });

  it('may be empty', () => {
    expect(read('clients: {}')).toEqual({ ...CLIENTS_DEFAULTS, keys: KEYS });
    expect(
      read('clients: { rateLimits: { perAddress: { burst: 5 } } }').rateLimits.perAddress,
    ).toEqual({
      perSecond: 200,
      burst: 5,
    });
  });

  it('accepts origins as browsers and phone apps send them', () => {
    const origins = [
      'https://app.example.com:8443',
      'http://localhost',
      'capacitor://localhost',
      '*',
    ];
    expect(read(`clients: { origins: ${JSON.stringify(origins)} }`).origins).toEqual(origins);
  });

  it.each([
    ['clients: { origins: ["null"] }', /is not an origin/],
    ['clients: { origins: ["file://"] }', /is not an origin/],
    ['clients: { origins: ["capacitor://localhost/"] }', /is not an origin/],
    ['clients: { origins: [app.example.com] }', /is not an origin.*https:\/\/app\.example\.com/s],
    ['clients: { origins: ["https://app.example.com/"] }', /is not an origin/],
    ['clients: { origins: https://app.example.com }', /must be a list/],
    [
      `clients: { rooms: [${Array.from({ length: 101 }, (_, n) => `r${n}`).join(', ')}] }`,
      /more than 100/,
    ],
    ['clients: { room: [a] }', /rooms/],
    ['clients: { maxSessions: 0 }', /maxSessions/],
    ['clients: { trustedProxies: -1 }', /trustedProxies/],
    ['clients: { rateLimits: { perParticipant: { perSecond: 0 } } }', /perSecond/],
  ])('reports the fault of %s', (yaml, message) => {
    expect(problemOf(yaml)).toMatch(message);
  });
});
