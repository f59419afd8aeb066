const UNITS: Readonly<Record<string, number>> = { B: 1, kB: 1e3, MB: 1e6, GB: 1e9 };

/**
 * Reads an amount of memory: `2GB`, `512MB`.
 * @returns bytes; null: not an amount, or none
 */
export const parseMemory = (text: string): number | null => {
  const [, value = '', unit = ''] = /^\s*(\d*\.?\d+)\s*([a-zA-Z]+)\s*$/.exec(text) ?? [];
  const bytes = Number(value) * (UNITS[unit] ?? 0);
  return bytes > 0 ? bytes : null;
};
