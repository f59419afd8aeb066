/** Three significant digits below 100, whole numbers above; thousands with commas. */
export const formatNumber = (value: number): string => {
  if (Math.abs(value) >= 100 || Number.isInteger(value))
    return Math.round(value).toLocaleString('en-US');
  return Number(value.toPrecision(3)).toLocaleString('en-US', { maximumFractionDigits: 8 });
};

/** `1 room`, `20 rooms`. */
export const plural = (count: number, one: string, many = `${one}s`): string =>
  `${formatNumber(count)} ${count === 1 ? one : many}`;
