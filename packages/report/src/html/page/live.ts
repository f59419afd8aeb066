/** The script of a live page: shows what its server sends, until the run has become a report. */
import { listen } from './live/connection.ts';
import { createLiveView } from './live/view.ts';

const view = createLiveView();
listen(view);
document.documentElement.dataset.ready = 'true';
