/** A result as JSON: indented, a newline at its end, null for a number that is not finite. */
export const jsonText = (result: unknown): string => `${JSON.stringify(result, null, 2)}\n`;
