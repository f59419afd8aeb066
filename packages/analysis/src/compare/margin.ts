/**
 * How far two figures may be apart and still count as equal. Both hold at once, the wider decides: a share of the figure, and an amount below which users
 * do not notice a change (jitter of 0.03 ms and of 0.05 ms sound the same).
 */
export interface Margin {
  /** 0.1: one tenth up, or back down again: 100 → 110, 110 → 100. */
  relative: number;
  /** In the unit of the metric; above zero. */
  absolute: number;
}

/**
 * The scale on which differences are judged: two values are n apart when n margins lie between them. It grows with the value itself where the absolute
 * margin is the wider, and with its logarithm above, so that noise which grows with a figure looks the same everywhere. Strictly increasing.
 */
export interface MarginScale {
  of(value: number): number;
  /** Back to the value. */
  at(position: number): number;
}

export const marginScale = ({ relative, absolute }: Margin): MarginScale => {
  if (relative === 0)
    return { of: (value) => value / absolute, at: (position) => position * absolute };
  const turn = absolute / relative;
  const step = Math.log1p(relative);
  return {
    of: (value) =>
      value <= turn ? value / absolute : 1 / relative + Math.log(value / turn) / step,
    at: (position) =>
      position <= 1 / relative
        ? position * absolute
        : turn * Math.exp((position - 1 / relative) * step),
  };
};

/** A margin `factor` times as wide. */
export const widen = ({ relative, absolute }: Margin, factor: number): Margin => ({
  relative: relative * factor,
  absolute: absolute * factor,
});
