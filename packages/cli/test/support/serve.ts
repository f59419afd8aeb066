/** A program: runs a livekit-server until its parent is gone. `serve.ts VERSION ADDRESS DIR` */
import { LIVEKIT_VERSIONS, startLiveKit } from '@livekit-swarm/lab';
import type { Served } from './serve-on.ts';

const [wanted, host = '', dir = ''] = process.argv.slice(2);
const version = LIVEKIT_VERSIONS.find((one) => one === wanted);
if (version === undefined)
  throw new RangeError(`${wanted} is none of ${LIVEKIT_VERSIONS.join(', ')}`);
const { url, apiKey, apiSecret, ports } = await startLiveKit({ version, host, dir, udpPorts: 1 });
process.send?.({ url, apiKey, apiSecret, ports } satisfies Served);
// The server's guard sees this process end.
process.on('disconnect', () => process.exit(0));
