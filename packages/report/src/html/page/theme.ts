/** Key under which browsers keep the reader's theme for the next report; some offer no storage. */
const THEME_KEY = 'livekit-swarm-theme';

type Theme = 'light' | 'dark' | 'auto';

const storedTheme = (): string | null => {
  try {
    return localStorage.getItem(THEME_KEY);
  } catch {
    return null;
  }
};

/** Applies the stored theme. */
export const restoreTheme = (): void => {
  const stored = storedTheme();
  if (stored === 'light' || stored === 'dark') document.documentElement.dataset.theme = stored;
};

/** Applies a theme and stores it; `auto` follows the system. */
export const setTheme = (theme: Theme): void => {
  if (theme === 'auto') delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme;
  try {
    localStorage.setItem(THEME_KEY, theme);
  } catch {
    // The choice holds for this page only.
  }
};

const systemQuery = (): MediaQueryList => matchMedia('(prefers-color-scheme: dark)');

export const isSystemDark = (): boolean => systemQuery().matches;

export const onSystemTheme = (change: () => void): void =>
  systemQuery().addEventListener('change', change);

export const isDark = (): boolean =>
  (document.documentElement.dataset.theme ?? (isSystemDark() ? 'dark' : 'light')) === 'dark';

/** A colour of the page in the current theme. @param name of a custom property, without its dashes */
export const colorOf = (name: string): string =>
  getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();

/** @param color `#rrggbb` @param alpha 0 to 1 */
export const faded = (color: string, alpha: number): string =>
  color +
  Math.round(alpha * 255)
    .toString(16)
    .padStart(2, '0');
