import { finiteDeep } from '../format.ts';
import type { Format } from '../formats.ts';
import { jsonText } from '../json-text.ts';
import { renderPage } from '../page/html.ts';
import { renderPageMarkdown } from '../page/markdown.ts';
import type { Reporter } from '../reporter.ts';
import type { ForecastView } from './forecast-view.ts';
import { renderHpa, renderScaledObject } from './manifests.ts';
import { forecastPage } from './page.ts';
import { renderForecastText } from './text.ts';

export {
  type CarriesSource,
  type ForecastView,
  WORKLOAD_KINDS,
  type Workload,
} from './forecast-view.ts';

/** Schema of a forecast. Its version changes only with incompatible fields; fields may be added. */
const FORECAST_SCHEMA = 'livekit-swarm/forecast/1';

/** Every reporter of a forecast of nodes by its name. */
export const FORECAST_REPORTERS = {
  text: { about: 'for a terminal', fileName: 'forecast.txt', render: renderForecastText },
  json: {
    about: 'one object, for machines',
    fileName: 'forecast.json',
    render: ({ name, forecast, carries, price }) =>
      jsonText(finiteDeep({ schema: FORECAST_SCHEMA, name, ...forecast, carries, price })),
  },
  markdown: {
    about: 'for a comment or a wiki',
    fileName: 'forecast.md',
    render: (view) => renderPageMarkdown(forecastPage(view)),
  },
  html: {
    about: 'one self-contained page',
    fileName: 'forecast.html',
    render: (view) => renderPage(forecastPage(view)),
  },
  hpa: {
    about: 'a HorizontalPodAutoscaler with an external metric',
    fileName: 'forecast-hpa.yaml',
    render: renderHpa,
  },
  keda: {
    about: 'a ScaledObject of KEDA, with the orders of the timetable',
    fileName: 'forecast-keda.yaml',
    render: renderScaledObject,
  },
} as const satisfies Record<Format<'forecast'>, Reporter<ForecastView>>;
