// `npm run traefik`: builds Traefik for e2e/proxies/proxies.long.test.ts, once, and prints
// its path.
import { buildTraefik } from '@livekit-swarm/testkit/traefik';

console.log(await buildTraefik((line) => console.error(line)));
