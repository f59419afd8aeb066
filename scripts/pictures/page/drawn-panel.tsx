import type { DataTransformerConfig, FieldConfigSource, GrafanaTheme2 } from '@grafana/data';
import type { PanelType } from '../panel-types.ts';
import type { Picture } from '../picture.ts';

/** What a drawing needs to know of a panel, as it stands in the dashboard's file. */
export interface DrawnPanel {
  id: number;
  title: string;
  type: PanelType;
  gridPos: { x: number; y: number; w: number; h: number };
  targets: readonly { refId: string; legendFormat?: string }[];
  fieldConfig: FieldConfigSource;
  // biome-ignore lint/suspicious/noExplicitAny: every type of panel has its own; they go to Grafana's components as they are.
  options: any;
  transformations?: DataTransformerConfig[];
}

/** What every drawing is given. Sizes in pixels, of what is inside the panel's frame. */
export interface DrawingProps {
  panel: DrawnPanel;
  picture: Picture;
  theme: GrafanaTheme2;
  width: number;
  height: number;
}
