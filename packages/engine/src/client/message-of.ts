/** Text of any thrown value. Imports nothing, because the page of the browser also uses it. */
export const messageOf = (error: unknown): string =>
  error instanceof Error ? error.message : String(error);
