/**
 * The tests of proxies.test.ts with proxies that are built from their Go modules, which takes
 * minutes of CPU time. Traefik is not built here: without it, its tests are skipped.
 */
import { provideCaddy } from '@livekit-swarm/testkit/caddy';
import { skipWithout } from '@livekit-swarm/testkit/requirements';
import { findTraefik } from '@livekit-swarm/testkit/traefik';
import { describe } from 'vitest';
import { CADDY } from '../support/proxies/caddy.ts';
import { testProxy } from '../support/proxies/proxy-tests.ts';
import { TRAEFIK } from '../support/proxies/traefik.ts';

describe('Caddy', async () => {
  const missing = await skipWithout('go', 'chromium', 'openssl');
  const caddy = missing === null ? await provideCaddy() : '';
  const command = (file: string) =>
    [caddy, 'run', '--adapter', 'caddyfile', '--config', file] as const;
  testProxy({ proxy: CADDY, command }, missing);
});

describe('Traefik', async () => {
  const missing = await skipWithout('traefik', 'chromium', 'openssl');
  const traefik = (await findTraefik()) ?? '';
  // It would ask its authors for a new version.
  const command = () => [traefik, '--global.checkNewVersion=false'] as const;
  testProxy({ proxy: TRAEFIK, command }, missing);
});
