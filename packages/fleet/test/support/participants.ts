import type { AdmittedParticipant } from '@livekit-swarm/runner';

/** Makes one participant. */
export const admittedOf = ({
  url = 'wss://livekit.example.com',
  endpoint,
  servers = [],
  ingress,
  media,
}: {
  url?: string;
  endpoint?: string;
  servers?: string[];
  ingress?: string;
  media?: string;
}): AdmittedParticipant[] => [
  {
    plan: {
      ...{ index: 0, identity: 'a', group: 'load', room: 'room', role: 'publisher' },
      ...{ joinAtMs: 0, leaveAtMs: 60_000, subscribe: true, layout: { type: 'all' } },
      publish: [{ kind: 'audio', ...(media !== undefined && { media: { path: media } }) }],
      ...{ data: [], grants: {}, network: null, path: 'direct', e2ee: null },
      expectedTracks: { audio: 0, video: 0 },
    },
    admission: {
      ...{ url, token: 'token' },
      ...(ingress !== undefined && {
        ingress: { url: ingress, streamKey: 'key', apiBase: 'https://livekit.example.com' },
      }),
      ...((endpoint !== undefined || servers.length > 0) && {
        endpoint: { url: endpoint ?? 'https://app.example.com/token', headers: {}, hosts: servers },
      }),
    },
  },
];
