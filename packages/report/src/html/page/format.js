// Figures as the rest of the page writes them.

/** @param {number} value three significant digits */
const formatNumber = (value) =>
  Math.abs(value) >= 100 || Number.isInteger(value)
    ? Math.round(value).toLocaleString('en-US')
    : Number(value.toPrecision(3)).toLocaleString('en-US', { maximumFractionDigits: 8 });

/** @param {number} value @param {readonly string[]} units each a thousand times the one before */
const scaled = (value, units) => {
  let rest = value;
  let unit = 0;
  while (Math.abs(rest) >= 1_000 && unit < units.length - 1) {
    rest /= 1_000;
    unit++;
  }
  return `${formatNumber(rest)} ${units[unit] ?? ''}`;
};

/** @type {Record<import('../charts/chart-data.ts').Unit, (value: number) => string>} */
const FORMATS = {
  ms: (value) =>
    value >= 10_000 ? `${formatNumber(value / 1_000)} s` : `${formatNumber(value)} ms`,
  share: (value) => `${formatNumber(value * 100)} %`,
  bits: (value) => scaled(value, ['bit/s', 'kbit/s', 'Mbit/s', 'Gbit/s', 'Tbit/s']),
  bytes: (value) => scaled(value, ['B', 'kB', 'MB', 'GB', 'TB']),
  cores: (value) => formatNumber(value),
  count: (value) => formatNumber(value),
  perSecond: (value) => `${formatNumber(value)}/s`,
};

/** @param {number} seconds after the run's start */
const formatClock = (seconds) => {
  const whole = Math.floor(seconds);
  const two = (/** @type {number} */ part) => String(part).padStart(2, '0');
  const [h, m, s] = [Math.floor(whole / 3_600), Math.floor(whole / 60) % 60, whole % 60];
  return `${h > 0 ? `${h}:${two(m)}` : m}:${two(s)}`;
};
