/** Work in one frame, ms: what is left is done in the next ones, so that the page stays responsive. */
const FRAME_BUDGET_MS = 6;

/** Draws what has changed, as far as it is on the screen, in as many frames as that takes. */
export interface DrawingQueue<Item> {
  /** All items have changed. */
  add(items: Iterable<Item>): void;
  close(): void;
}

/**
 * @param placeOf where an item is on the page: what is not on the screen is drawn when it comes there
 * @param draw draws it as it is then
 */
export const createDrawingQueue = <Item>(
  placeOf: (item: Item) => Element,
  draw: (item: Item) => void,
): DrawingQueue<Item> => {
  const waiting = new Set<Item>();
  const onScreen = new Set<Element>();
  let request: number | null = null;

  const frame = (): void => {
    request = null;
    const startedAt = performance.now();
    for (const item of waiting) {
      if (!onScreen.has(placeOf(item))) continue;
      waiting.delete(item);
      draw(item);
      if (performance.now() - startedAt > FRAME_BUDGET_MS) break;
    }
    if ([...waiting].some((item) => onScreen.has(placeOf(item)))) schedule();
  };
  const schedule = (): void => {
    request ??= requestAnimationFrame(frame);
  };
  const observer = new IntersectionObserver((entries) => {
    for (const { target, isIntersecting } of entries) {
      if (isIntersecting) onScreen.add(target);
      else onScreen.delete(target);
    }
    schedule();
  });

  return {
    add: (items) => {
      for (const item of items) {
        observer.observe(placeOf(item));
        waiting.add(item);
      }
      schedule();
    },
    close: () => {
      observer.disconnect();
      if (request !== null) cancelAnimationFrame(request);
    },
  };
};
