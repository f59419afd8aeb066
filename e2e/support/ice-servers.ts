/** A program: joins a room as a client would (`URL KEY SECRET`) and prints the ICE servers that it is given, as JSON. */
import { SignalResponse } from '@livekit/protocol';
import { AccessToken } from 'livekit-server-sdk';

const [url = '', key = '', secret = ''] = process.argv.slice(2);
const token = new AccessToken(key, secret, { identity: 'p1', ttl: 60 });
token.addGrant({ roomJoin: true, room: 'ice-servers' });
const socket = new WebSocket(
  `${url}/rtc?access_token=${await token.toJwt()}&protocol=15&auto_subscribe=0`,
);
socket.binaryType = 'arraybuffer';
socket.onerror = () => process.exit(1);
socket.onmessage = ({ data }) => {
  const { message } = SignalResponse.fromBinary(new Uint8Array(data as ArrayBuffer));
  if (message.case !== 'join') return;
  process.stdout.write(
    JSON.stringify(
      message.value.iceServers.map(({ urls, username, credential }) => ({
        urls,
        username,
        credential,
      })),
    ),
  );
  // The server may reset the connection here; that is not an error of this program.
  socket.onerror = null;
  socket.close();
};
