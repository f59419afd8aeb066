/** Entrances of a deployment to which a name may lead; `first`: the one before any fault. */
export const ENTRANCES = ['first', 'second'] as const;

export type Entrance = (typeof ENTRANCES)[number];

/** Control of the name by which clients find the load balancer. Every call may be repeated. */
export interface NameControl {
  /** Entrance to which the name leads. */
  present(): Promise<Entrance>;
  /**
   * Lets the name lead to another entrance.
   * @param closeAfterMs time after which the entrance before closes, with its connections; null: it
   * stays open
   */
  move(to: Entrance, closeAfterMs: number | null): Promise<void>;
}
