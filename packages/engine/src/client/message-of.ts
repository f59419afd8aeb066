/** The text of whatever was thrown. Imports nothing: pages of browsers use it as well. */
export const messageOf = (error: unknown): string =>
  error instanceof Error ? error.message : String(error);
