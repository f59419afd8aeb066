const TIMEOUT_MS = 4_000;
const MAX_CHARACTERS = 65_536;

/**
 * Reads the beginning of a page.
 * @returns null if the status is not 200
 * @throws the error of the connection
 */
export const readBody = async (url: string): Promise<string | null> => {
  const response = await fetch(url, {
    redirect: 'manual',
    signal: AbortSignal.timeout(TIMEOUT_MS),
  });
  if (response.status !== 200 || response.body === null) {
    await response.body?.cancel();
    return null;
  }
  let text = '';
  const decoder = new TextDecoder();
  for await (const chunk of response.body) {
    text += decoder.decode(chunk, { stream: true });
    if (text.length > MAX_CHARACTERS) break;
  }
  return text;
};
