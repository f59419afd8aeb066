import { readAnswer } from '../answer/http-answer.ts';
import { twirpCodeOf } from '../answer/livekit-text.ts';
import { failureOfError, type Rejection, rejectionOf } from '../rejection.ts';
import { ApiRejection } from './api-rejection.ts';

/** Transport of the SDK's clients: `rpc` in each of them. */
export interface ApiTransport {
  /** @throws ApiRejection */
  request(
    service: string,
    method: string,
    message: unknown,
    headers: Readonly<Record<string, string>>,
  ): Promise<unknown>;
}

/**
 * Calls the API below the path of its URL. The SDK's own transport calls it at the root of the
 * host, follows redirects, and drops the headers that show the author of the answer.
 * @param base http: or https:, without a slash at the end
 */
export const apiTransport = (base: string, timeoutMs: number): ApiTransport => ({
  request: async (service, method, message, headers) => {
    const url = `${base}/twirp/livekit.${service}/${method}`;
    try {
      const response = await fetch(url, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json', ...headers },
        body: JSON.stringify(message),
        redirect: 'manual',
        signal: AbortSignal.timeout(timeoutMs),
      });
      if (response.ok && /^application\/json/i.test(response.headers.get('content-type') ?? ''))
        return await response.json();
      const received = await readAnswer(response);
      throw new ApiRejection(
        elsewhere(rejectionOf(received, { url }, `${base}/twirp`)),
        twirpCodeOf(received),
      );
    } catch (error) {
      if (error instanceof ApiRejection) throw error;
      const cause = error instanceof Error ? (error.cause ?? error) : error;
      throw new ApiRejection(failureOfError(error, `${base}/twirp`), null, { cause });
    }
  },
});

/**
 * Adds a hint to an answer of another program than livekit-server: the API may be at another
 * address.
 */
const elsewhere = (rejection: Rejection): Rejection =>
  rejection.answer?.who === 'livekit' && rejection.reason !== 'wrong_path'
    ? rejection
    : {
        ...rejection,
        hint: `${rejection.hint ?? ''}; or name the address of the API: --api-url (exporter: apiUrl)`,
      };
