import { SwarmError } from '@livekit-swarm/settings';

/** Address of a deployment, under both schemes. Paths end without a slash. */
export interface ServerUrl {
  /** `ws:` or `wss:`, for signalling. */
  ws: string;
  /** `http:` or `https:`, for preflight and the room service. */
  http: string;
  host: string;
  secure: boolean;
}

const SECURE: Record<string, boolean> = {
  'ws:': false,
  'http:': false,
  'wss:': true,
  'https:': true,
};

const invalid = (text: string, problem: string) =>
  new SwarmError(
    'bad_url',
    `"${text}" ${problem}`,
    'write it as wss://livekit.example.com or ws://127.0.0.1:7880',
  );

/**
 * Parses the address of a deployment: `ws://`, `wss://`, `http://` or `https://`, with an optional
 * path.
 * @throws SwarmError `bad_url`
 */
export const parseServerUrl = (text: string): ServerUrl => {
  const trimmed = text.trim();
  if (!/^[a-z]+:\/\//i.test(trimmed)) throw invalid(trimmed, 'has no scheme');
  const url = URL.parse(trimmed);
  if (url === null) throw invalid(trimmed, 'is not a URL');
  const secure = SECURE[url.protocol];
  // Credentials before the @ are secret: the URL is not quoted in full.
  if (url.username !== '' || url.password !== '')
    throw invalid(`${url.protocol}//…@${url.host}`, 'carries credentials');
  if (secure === undefined)
    throw invalid(
      trimmed,
      `has the scheme ${url.protocol.slice(0, -1)}, not ws, wss, http or https`,
    );
  const rest = `${url.host}${url.pathname.replace(/\/+$/, '')}`;
  return {
    ws: `${secure ? 'wss' : 'ws'}://${rest}`,
    http: `${secure ? 'https' : 'http'}://${rest}`,
    host: url.hostname,
    secure,
  };
};
