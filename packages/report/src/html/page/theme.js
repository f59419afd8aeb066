// Light or dark, as the system says, until somebody says otherwise. Runs before anything is drawn, so that nothing flashes.

/** Where the choice is kept, for the next report; not everywhere is there a place to keep it. */
const THEME_KEY = 'livekit-swarm-theme';

/** @returns {string | null} */
const storedTheme = () => {
  try {
    return localStorage.getItem(THEME_KEY);
  } catch {
    return null;
  }
};

/** @param {string} theme `light`, `dark`, or `auto` for the system's */
const setTheme = (theme) => {
  if (theme === 'light' || theme === 'dark') document.documentElement.dataset.theme = theme;
  else delete document.documentElement.dataset.theme;
  try {
    localStorage.setItem(THEME_KEY, theme);
  } catch {
    // It holds for this page then.
  }
};

const darkSystem = matchMedia('(prefers-color-scheme: dark)');
const isDark = () =>
  (document.documentElement.dataset.theme ?? (darkSystem.matches ? 'dark' : 'light')) === 'dark';

document.documentElement.classList.add('scripted');
const kept = storedTheme();
if (kept === 'light' || kept === 'dark') document.documentElement.dataset.theme = kept;
