import { createServer, type IncomingMessage, type Server } from 'node:http';
import { loadClip, openPump } from '@livekit-swarm/webrtc';
import { WebSocketServer } from 'ws';
import { joinRequestOf } from '../../packages/livekit/test/support/join-request.ts';
import { ReflectedParticipant } from './participant.ts';
import { Room } from './room.ts';

/** HTTP and WebSockets of the reflector, and its media engine. */
export const openReflector = ({ threads }: { threads: number }): Server => {
  const participants = new Map<number, ReflectedParticipant>();
  const pump = openPump({ threads }, (events) => {
    for (const { type, peer } of events) {
      if (type === 'connected') participants.get(peer)?.mediaConnected();
      if (type === 'closed') participants.get(peer)?.leave();
    }
  });
  const rooms = new Map<string, Room<ReflectedParticipant>>();
  const media = { pump, clip: pump.addClip(loadClip('speech')), participants };
  const sockets = new WebSocketServer({ noServer: true, perMessageDeflate: false });
  const server = createServer((request, response) => {
    const isValidation = request.url?.startsWith('/rtc/v1/validate') === true;
    response.writeHead(isValidation ? 200 : 404).end(isValidation ? 'success' : '');
  });
  server.on('upgrade', (request, socket, head) => {
    const { url = '' } = request;
    if (!url.startsWith('/rtc/v1?')) {
      socket.end('HTTP/1.1 404 Not Found\r\n\r\n');
      return;
    }
    sockets.handleUpgrade(request, socket, head, (client) => {
      const { identity, room: name } = admissionOf(request);
      const room = rooms.get(name) ?? new Room(name, () => rooms.delete(name));
      rooms.set(name, room);
      new ReflectedParticipant({ identity, room, client, media }).join(joinRequestOf(url));
    });
  });
  return server;
};

/** Identity and room from the token, whose signature is not checked. */
const admissionOf = ({ headers }: IncomingMessage): { identity: string; room: string } => {
  const [, claims = ''] = (headers.authorization ?? '').split('.');
  const { sub, video } = JSON.parse(Buffer.from(claims, 'base64url').toString()) as {
    sub: string;
    video: { room: string };
  };
  return { identity: sub, room: video.room };
};
