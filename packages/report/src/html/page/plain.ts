/** The script of a page without charts: its theme. */
import { prepareTheme } from './prepare-theme.ts';

prepareTheme(() => {});
document.documentElement.dataset.ready = 'true';
