/** The task of a reduce step as a node of its tree: which outcomes it gets. */
export interface TreeNode {
  /** 0 where it gets outcomes of the map, else one more than that of its children. */
  level: number;
  /** The tasks whose outcomes it gets: of the map at level 0, else of its own step. */
  first: number;
  count: number;
}

/**
 * A reduce step whose tasks get a bounded number of outcomes each, level by level, up to a single one. Tasks are numbered
 * from the first of the lowest level to the one at the top.
 */
export class ReduceTree {
  /** Nodes of each level, the lowest first. */
  private readonly levels: number[];

  /** @param outcomes tasks of the map that is reduced */
  constructor(
    private readonly outcomes: number,
    private readonly fanIn: number,
  ) {
    this.levels = [Math.max(1, Math.ceil(outcomes / fanIn))];
    for (let nodes = this.levels[0]!; nodes > 1; this.levels.push(nodes)) nodes = Math.ceil(nodes / fanIn);
  }

  /** Tasks of the lowest level. */
  get leaves(): number {
    return this.levels[0]!;
  }

  /** Tasks of all levels. */
  get size(): number {
    return this.levels.reduce((sum, nodes) => sum + nodes, 0);
  }

  /** Tasks in all with one level more than these; undefined where they are all of them. */
  withNextLevel(tasks: number): number | undefined {
    let sum = 0;
    for (const nodes of this.levels) {
      sum += nodes;
      if (sum > tasks) return sum;
    }
    return undefined;
  }

  node(index: number): TreeNode {
    let [level, below, begin] = [0, 0, 0];
    while (index >= begin + this.levels[level]!) {
      below = begin;
      begin += this.levels[level]!;
      level += 1;
    }
    const children = level === 0 ? this.outcomes : this.levels[level - 1]!;
    const first = (index - begin) * this.fanIn;
    const count = Math.max(0, Math.min(this.fanIn, children - first));
    return { level, first: level === 0 ? first : below + first, count };
  }
}
