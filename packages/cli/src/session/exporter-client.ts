import { NO_SESSION, type RoomView } from '@livekit-swarm/sessions';
import { messageOf, SwarmError, usageError } from '@livekit-swarm/settings';

const TIMEOUT_MS = 30_000;

export interface ExporterAddress {
  url: string;
  /** Null: it requires none. */
  token: string | null;
}

/** The API of an exporter with a session journal. */
export interface ExporterClient {
  /** Null: there is no such session. */
  viewRoom(query: Record<string, string>): Promise<RoomView | null>;
  /** @returns the number of sessions */
  deleteIdentity(identity: string): Promise<number>;
}

/** @throws SwarmError `usage` when the address is none; its methods `unreachable` when it does not answer, `usage` when it refuses */
export const exporterClient = ({ url, token }: ExporterAddress): ExporterClient => {
  if (!/^https?:$/.test(URL.parse(url)?.protocol ?? ''))
    throw usageError(`--exporter ${url} is not a URL`, 'write http://127.0.0.1:9465');

  const request = async (path: string, method: string): Promise<Response> => {
    const headers = token === null ? {} : { authorization: `Bearer ${token}` };
    const signal = AbortSignal.timeout(TIMEOUT_MS);
    // A redirect would carry the token elsewhere.
    const answer = await fetch(new URL(path, url), {
      method,
      headers,
      signal,
      redirect: 'error',
    }).catch((error: unknown) => {
      throw new SwarmError(
        'unreachable',
        `the exporter at ${url} does not answer: ${reasonOf(error)}`,
        'start swarm exporter, or name another: --exporter URL, or read its file: --file FILE',
      );
    });
    if (answer.status === 401)
      throw usageError(
        `the exporter at ${url} requires another token`,
        'give --token-file FILE, or set SWARM_EXPORTER_TOKEN',
      );
    return answer;
  };
  const explain = async (answer: Response): Promise<never> => {
    const text = (await answer.text()).trim().slice(0, 300);
    throw usageError(
      `the exporter at ${url} answered ${answer.status}: ${text}`,
      answer.status === 404 ? 'does its configuration have a section sessions?' : null,
    );
  };

  return {
    viewRoom: async (query) => {
      const answer = await request(`/sessions/api/room?${new URLSearchParams(query)}`, 'GET');
      if (answer.ok) return (await answer.json()) as RoomView;
      // Without the section there is no such route, which is another answer.
      if (answer.status === 404 && (await codeOf(answer.clone())) === NO_SESSION) return null;
      return explain(answer);
    },
    deleteIdentity: async (identity) => {
      const answer = await request(
        `/sessions/api/identities/${encodeURIComponent(identity)}`,
        'DELETE',
      );
      if (!answer.ok) return explain(answer);
      return ((await answer.json()) as { deletedSessions: number }).deletedSessions;
    },
  };
};

const codeOf = async (answer: Response): Promise<unknown> => {
  const body: unknown = await answer.json().catch(() => null);
  return typeof body === 'object' && body !== null && 'code' in body ? body.code : null;
};

const reasonOf = (error: unknown): string => {
  const cause = error instanceof Error ? error.cause : undefined;
  if (cause instanceof Error) return cause.message || String(cause);
  return messageOf(error);
};
