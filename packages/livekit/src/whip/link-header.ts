import type { IceServer } from '../media-plane.ts';

/** Largest number of servers that are read: each costs an allocation. */
const MOST_SERVERS = 20;

/**
 * STUN and TURN servers in a header Link (RFC 8288) with `rel="ice-server"` (RFC 9725 §4.6). Links
 * that cannot be read are left out.
 */
export const iceServersOf = (header: string | null): IceServer[] =>
  [
    ...(header ?? '').matchAll(
      /<([^>]*)>((?:\s*;\s*[\w-]+\s*=\s*(?:"(?:[^"\\]|\\.)*"|[^\s;,"]*))*)/g,
    ),
  ]
    .slice(0, MOST_SERVERS)
    .flatMap(([, url = '', parameters = '']) => {
      const values = parametersOf(parameters);
      if (values.get('rel') !== 'ice-server' || !/^(stun|turn)s?:/.test(url)) return [];
      // livekit-server escapes the query: `turn:HOST:PORT%3Ftransport=udp`.
      return [
        {
          urls: [url.replace(/%3F/i, '?')],
          username: values.get('username') ?? '',
          credential: values.get('credential') ?? '',
        },
      ];
    });

const parametersOf = (text: string): Map<string, string> =>
  new Map(
    [...text.matchAll(/;\s*([\w-]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s;,"]*))/g)].map(
      ([, name = '', quoted, plain = '']) => [
        name.toLowerCase(),
        quoted === undefined ? plain : quoted.replace(/\\(.)/g, '$1'),
      ],
    ),
  );
