/** The tests of proxies.test.ts with Caddy, whose build takes more than two minutes of CPU time. */
import { provideCaddy } from '@livekit-swarm/testkit/caddy';
import { skipWithout } from '@livekit-swarm/testkit/requirements';
import { CADDY } from './support/proxies/caddy.ts';
import { testProxy } from './support/proxies/proxy-tests.ts';

const missing = await skipWithout('go', 'chromium');
const caddy = missing === null ? await provideCaddy() : '';
const command = (file: string) =>
  [caddy, 'run', '--adapter', 'caddyfile', '--config', file] as const;
testProxy({ proxy: CADDY, command }, missing);
