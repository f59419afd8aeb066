/**
 * `node scripts/run.mjs bench/reflector.ts [--port 7880] [--threads 1]`: a scripted server that
 * answers as livekit-server 1.13.4 does with one PeerConnection (`/rtc/v1`) and rooms with audio:
 * WebSocket, JoinResponse, acknowledged tracks, SDP, ICE, DTLS, SRTP, RTCP, updates, renegotiation;
 * not speakers, quality, refreshed tokens and resumes. It decrypts and counts what participants
 * publish, and sends each subscriber one recorded clip for each subscribed track, instead of the
 * packets of the publisher. For benchmarks of the load generator beyond what livekit-server carries
 * on the same cores; every token is accepted. Prints `{"url":"ws://127.0.0.1:PORT"}`, and ends on
 * SIGTERM.
 */
import type { AddressInfo } from 'node:net';
import { parseArgs } from 'node:util';
import { openReflector } from './reflector/server.ts';

const { values } = parseArgs({
  options: {
    port: { type: 'string', default: '0' },
    threads: { type: 'string', default: '1' },
  },
});

const server = openReflector({ threads: Number(values.threads) });
server.listen(Number(values.port), '127.0.0.1', () => {
  const { port } = server.address() as AddressInfo;
  console.log(JSON.stringify({ url: `ws://127.0.0.1:${port}` }));
});
process.on('SIGTERM', () => process.exit(0));
