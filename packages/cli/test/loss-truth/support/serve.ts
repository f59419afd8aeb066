/** A program: runs a livekit-server on the host where it is started, until its parent closes the channel. `serve.ts ADDRESS DIR` */
import { startLiveKit } from '@livekit-swarm/lab';
import type { Served } from './server.ts';

const [host = '', dir = ''] = process.argv.slice(2);
const { url, apiKey, apiSecret, ports, version } = await startLiveKit({ host, dir, udpPorts: 1 });
process.send?.({ url, apiKey, apiSecret, ports, version } satisfies Served);
// The server's guard sees this process end.
process.on('disconnect', () => process.exit(0));
