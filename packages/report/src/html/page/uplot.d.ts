// The chart library comes before the scripts of the page, as a global of this name.
declare const uPlot: typeof import('uplot');
type UPlot = import('uplot');

/** Its types, where the scripts can name them. */
declare namespace Plot {
  type Data = import('uplot').AlignedData;
  type Band = import('uplot').Band;
  type Series = import('uplot').Series;
  type Axis = import('uplot').Axis;
  type Range = import('uplot').Range.Function;
  type Hooks = import('uplot').Hooks.Arrays;
}
