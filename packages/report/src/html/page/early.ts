/** Runs before the page is drawn, so that it does not flash in the wrong theme. */
import { restoreTheme } from './theme.ts';

document.documentElement.classList.add('scripted');
restoreTheme();
