/** A program: runs a livekit-server until its parent is gone. `serve.ts VERSION ADDRESS DIR CONFIG`, the last as JSON */
import { LIVEKIT_VERSIONS, type LiveKitConfig, startLiveKit } from '@livekit-swarm/lab';
import type { Served } from './serve-on.ts';

const [wanted, host = '', dir = '', config = '{}'] = process.argv.slice(2);
const version = LIVEKIT_VERSIONS.find((one) => one === wanted);
if (version === undefined)
  throw new RangeError(`${wanted} is none of ${LIVEKIT_VERSIONS.join(', ')}`);
const { url, apiKey, apiSecret, ports, pid } = await startLiveKit({
  version,
  host,
  dir,
  udpPorts: 1,
  config: JSON.parse(config) as LiveKitConfig,
});
process.send?.({ url, apiKey, apiSecret, ports, pid } satisfies Served);
// The server's guard sees this process end.
process.on('disconnect', () => process.exit(0));
