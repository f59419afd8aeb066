import type { ResultPage } from '../page/result-page.ts';
import type { ForecastView } from './forecast-view.ts';
import {
  assumptionTexts,
  changeTable,
  forecastHeadline,
  hoursTable,
  reactiveText,
  recipeTable,
  shortageTable,
  targetText,
} from './phrases.ts';

/** Orders and removals, what a reactive scaler would miss, node-hours, and settings of a scaler. */
export const forecastPage = (view: ForecastView): ResultPage => ({
  kind: 'forecast',
  subject: view.name,
  tone: null,
  headline: forecastHeadline(view),
  lead: targetText(view),
  asked: null,
  reasons: [reactiveText(view)],
  sections: [
    { title: 'Orders by the timetable', table: changeTable(view) },
    { title: 'Short with a reactive scaler', table: shortageTable(view) },
    { title: 'Node-hours', table: hoursTable(view) },
    { title: 'Settings of a scaler', table: recipeTable(view) },
    {
      title: 'Assumptions',
      table: {
        head: ['assumption'],
        rows: assumptionTexts(view).map((text) => [text]),
        left: [0],
      },
    },
  ],
  startedAt: null,
});
