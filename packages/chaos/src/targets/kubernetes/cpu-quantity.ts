const UNITS: Readonly<Record<string, number>> = { '': 1, m: 1e-3, u: 1e-6, n: 1e-9, k: 1e3 };

/** Reads a CPU quantity of Kubernetes, cores: `1500m`, `2`, `0.5`; null: it is none. */
export const readCpuQuantity = (text: string): number | null => {
  const [, amount, unit = ''] = /^(\d+(?:\.\d*)?)([munk]?)$/.exec(text) ?? [];
  const factor = UNITS[unit];
  return amount === undefined || factor === undefined
    ? null
    : Number((Number(amount) * factor).toPrecision(12));
};
