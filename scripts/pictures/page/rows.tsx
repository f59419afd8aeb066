import {
  type DataFrame,
  standardTransformers,
  standardTransformersRegistry,
  transformDataFrame,
} from '@grafana/data';
import { TableNG } from '@grafana/ui/unstable';
import { useEffect, useState } from 'react';
import { lastValueFrom } from 'rxjs';
import { TRANSFORMATIONS } from '../panel-types.ts';
import type { DrawingProps } from './drawn-panel.tsx';
import { Empty } from './empty.tsx';
import { tableFrames, withFieldConfig } from './frames.tsx';

const TRANSFORMERS = {
  merge: standardTransformers.mergeTransformer,
  filterFieldsByName: standardTransformers.filterFieldsByNameTransformer,
  organize: standardTransformers.organizeFieldsTransformer,
} satisfies Record<(typeof TRANSFORMATIONS)[number], unknown>;

// biome-ignore lint/suspicious/noExplicitAny: Grafana's registry also has editors, descriptions and pictures of them.
const registryItem = (id: keyof typeof TRANSFORMERS): any => ({
  id,
  name: id,
  transformation: () => Promise.resolve(TRANSFORMERS[id]),
});
standardTransformersRegistry.setInit(() => TRANSFORMATIONS.map(registryItem));

/** Grafana's own table, put together by its own transformations. */
export const Rows = ({ panel, picture, theme, width, height }: DrawingProps) => {
  const [frame, setFrame] = useState<DataFrame | null>(null);
  useEffect(() => {
    const frames = tableFrames(panel, picture).filter(({ length }) => length > 0);
    const joined = lastValueFrom(transformDataFrame(panel.transformations ?? [], frames));
    void joined.then(([first]) => setFrame(first ?? { length: 0, fields: [] }));
  }, [panel, picture]);
  if (frame === null) return null;
  if (frame.length === 0) return <Empty panel={panel} height={height} />;
  const [data] = withFieldConfig(panel, [frame], theme);
  return data === undefined ? null : (
    <TableNG data={data} width={width} height={height} enableVirtualization={false} />
  );
};
