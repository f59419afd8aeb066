/** `swarm verify`, runs and browsers behind real proxies; docs/how-to/reverse-proxy.md is made of the same configurations. */
import { skipWithout } from '@livekit-swarm/testkit/requirements';
import { describe } from 'vitest';
import { HAPROXY, haproxyCommand } from '../support/proxies/haproxy.ts';
import { NGINX, nginxCommand } from '../support/proxies/nginx.ts';
import { testProxy } from '../support/proxies/proxy-tests.ts';

describe('nginx', async () => {
  const missing = await skipWithout('nginx', 'chromium', 'openssl');
  testProxy({ proxy: NGINX, command: nginxCommand }, missing);
});

describe('HAProxy', async () => {
  const missing = await skipWithout('haproxy', 'chromium', 'openssl');
  testProxy({ proxy: HAPROXY, command: haproxyCommand }, missing);
});
