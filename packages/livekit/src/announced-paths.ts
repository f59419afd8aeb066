import type { Deployment } from './deployment.ts';
import type { Failure } from './failure.ts';
import type { IceServer } from './media-plane.ts';
import { connectWithoutMedia, joinTimeout } from './signal/signal-join.ts';

/** Addresses at which a node can receive media, as it announces them to a joining client. */
export interface AnnouncedPaths {
  /** Node id, from the JoinResponse. */
  node: string;
  serverVersion: string;
  /** ICE candidates of the node (RFC 8839 §5.1). */
  candidates: readonly AnnouncedCandidate[];
  /** URLs of TURN servers (RFC 7065), in the order of the server. */
  turnUrls: readonly string[];
  /** The same TURN servers with their credentials. */
  turnServers: readonly IceServer[];
}

export interface AnnouncedCandidate {
  protocol: 'udp' | 'tcp';
  address: string;
  port: number;
}

/**
 * Time for ICE candidates, ms. A server without ICE-lite announces reflexive candidates later,
 * which no path needs.
 */
const GATHERING_MS = 800;
/** Longest time from the join to the first candidate, ms. */
const FIRST_WITHIN_MS = 4_000;

/**
 * Joins a room without media, reads the addresses that its node announces, and leaves.
 * @returns a failure when the join is rejected or takes too long
 */
export const readAnnouncedPaths = (
  deployment: Deployment,
  token: string,
  timeoutMs: number,
): Promise<AnnouncedPaths | Failure> =>
  new Promise((resolve) => {
    const { clock } = deployment;
    let seen: Omit<AnnouncedPaths, 'candidates'> | null = null;
    const candidates = new Map<string, AnnouncedCandidate>();
    const read = (text: string): void => {
      for (const candidate of candidatesIn(text))
        candidates.set(JSON.stringify(candidate), candidate);
    };
    const end = (failure: Failure | null): void => {
      cancel();
      connection.close();
      if (seen !== null) resolve({ ...seen, candidates: [...candidates.values()] });
      else resolve(failure ?? joinTimeout(deployment, timeoutMs));
    };
    let cancel = clock.after(timeoutMs, () => end(null));
    const connection = connectWithoutMedia(deployment, token, {
      onMessage: ({ case: about, value }) => {
        if (about === 'join') {
          const turnServers = value.iceServers.flatMap(({ urls, username, credential }) => {
            const ofTurn = urls.filter((one) => /^turns?:/.test(one));
            return ofTurn.length === 0 ? [] : [{ urls: ofTurn, username, credential }];
          });
          seen = {
            node: value.serverInfo?.nodeId ?? '',
            serverVersion: value.serverInfo?.version ?? '',
            turnUrls: turnServers.flatMap(({ urls }) => urls),
            turnServers,
          };
          cancel();
          cancel = clock.after(GATHERING_MS, () => {
            if (candidates.size > 0) end(null);
            else cancel = clock.after(FIRST_WITHIN_MS - GATHERING_MS, () => end(null));
          });
        } else if (about === 'offer') read(value.sdp);
        else if (about === 'trickle') {
          read(value.candidateInit);
          if (value.final) end(null);
        }
      },
      onEnd: end,
    });
  });

const CANDIDATE = /candidate:\S+ \d+ (udp|tcp) \d+ (\S+) (\d+) typ host/gi;

const candidatesIn = (text: string): AnnouncedCandidate[] =>
  [...text.matchAll(CANDIDATE)].map(([, protocol = '', address = '', port]) => ({
    protocol: protocol.toLowerCase() === 'tcp' ? 'tcp' : 'udp',
    address,
    port: Number(port),
  }));
