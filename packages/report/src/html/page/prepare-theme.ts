import { isDark, isSystemDark, onSystemTheme, setTheme } from './theme.ts';

/**
 * Shows the button that switches between light and dark colours, if the page has one, and prints in
 * light ones.
 * @param redraw after a change
 */
export const prepareTheme = (redraw: () => void): void => {
  for (const moment of ['beforeprint', 'afterprint']) {
    addEventListener(moment, () => {
      document.documentElement.classList.toggle('printing', moment === 'beforeprint');
      redraw();
    });
  }
  const button = document.getElementById('theme');
  if (button !== null) prepareButton(button, redraw);
};

const prepareButton = (button: HTMLElement, redraw: () => void): void => {
  const label = (): void => {
    button.textContent = isDark() ? 'Light' : 'Dark';
    button.setAttribute(
      'aria-label',
      isDark() ? 'Switch to light colours' : 'Switch to dark colours',
    );
  };
  button.hidden = false;
  label();
  button.addEventListener('click', () => {
    const wanted = isDark() ? 'light' : 'dark';
    // The system's own theme is not stored: it may change with the time of day.
    setTheme((wanted === 'dark') === isSystemDark() ? 'auto' : wanted);
    label();
    redraw();
  });
  onSystemTheme(() => {
    label();
    redraw();
  });
};
