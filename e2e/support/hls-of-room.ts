/**
 * A room as HLS: a participant receives its audio as a client does, and ffmpeg writes segments of
 * it. A stand-in for egress, which cannot be built in tests: it shows nothing about the service.
 */
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { LiveKitServer } from '@livekit-swarm/lab';
import { type HlsOrigin, startHlsOrigin } from '@livekit-swarm/testkit/hls-origin';
import { AccessToken } from 'livekit-server-sdk';

const ROOM_AUDIO = fileURLToPath(new URL('room-audio.ts', import.meta.url));

export interface HlsOfRoom extends AsyncDisposable {
  origin: HlsOrigin;
}

/**
 * Starts to write a room in which audio is published, and waits until a player can start.
 * @param folder an empty folder
 */
export const startHlsOfRoom = async (
  { url, apiKey, apiSecret }: Pick<LiveKitServer, 'url' | 'apiKey' | 'apiSecret'>,
  room: string,
  folder: string,
): Promise<HlsOfRoom> => {
  const token = new AccessToken(apiKey, apiSecret, { identity: 'hls', ttl: '10m' });
  // As egress joins: other participants do not see it.
  token.addGrant({ room, roomJoin: true, canPublish: false, hidden: true, recorder: true });
  const receiver = spawn(process.execPath, [ROOM_AUDIO, url, await token.toJwt()], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  // Without a request to leave, for whose answer a client may wait without an end.
  const kill = (): void => void receiver.kill('SIGKILL');
  try {
    const origin = await startHlsOrigin(folder, '', receiver.stdout);
    return {
      origin,
      [Symbol.asyncDispose]: async () => {
        kill();
        await origin[Symbol.asyncDispose]();
      },
    };
  } catch (error) {
    kill();
    throw error;
  }
};
