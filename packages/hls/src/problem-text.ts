import type { HlsProblem } from './problem.ts';

/** Sentence on a problem: the address, and what is wrong with it. */
export const problemText = ({ code, url, status, detail }: HlsProblem): string => {
  const because = detail === null ? '' : ` (${detail})`;
  switch (code) {
    case 'bad_url':
      return `${url}: not an http or https address${because}`;
    case 'dns':
      return `${url}: the name was not resolved${because}`;
    case 'unreachable':
      return `${url}: no connection${because}`;
    case 'no_socket':
      return `${url}: this host had no socket left${because}`;
    case 'timeout':
      return `${url}: no answer in time${because}`;
    case 'tls':
      return `${url}: no TLS connection${because}`;
    case 'connection_lost':
      return `${url}: the connection ended before the answer was complete${because}`;
    case 'http_status':
      return `${url}: HTTP ${status ?? 'error'}`;
    case 'redirects':
      return `${url}: too many redirects`;
    case 'other_host':
      return `${url}: leads to another host, ${detail ?? 'unknown'}, which may not be loaded`;
    case 'too_large':
      return `${url}: too large for a playlist${because}`;
    case 'not_playlist':
      return `${url}: not an HLS playlist${detail === null || detail === '' ? '' : `: ${detail}`}`;
    case 'no_variants':
      return `${url}: a multivariant playlist without variants`;
    case 'no_segments':
      return `${url}: a playlist without segments`;
    case 'not_live':
      return `${url}: a recording, whose playlist has an end (EXT-X-ENDLIST)`;
  }
};
