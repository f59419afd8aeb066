import { required } from './element.ts';
import { isDark, isSystemDark, onSystemTheme, setTheme } from './theme.ts';

/** Shows the button that switches between light and dark colours. @param redraw after a change */
export const prepareThemeButton = (redraw: () => void): void => {
  const button = required(document.getElementById('theme'), '#theme');
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
