import { skipWithout } from '@livekit-swarm/testkit/requirements';
import { NGINX, nginxCommand } from '../support/proxies/nginx.ts';
import { testProxy } from '../support/proxies/proxy-tests.ts';

const missing = await skipWithout('nginx', 'chromium', 'openssl');
const titles = NGINX.cases.slice(0, 3).map(({ title }) => title);
testProxy({ proxy: NGINX, command: nginxCommand, titles }, missing);
