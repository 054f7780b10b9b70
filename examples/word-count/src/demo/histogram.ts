/** Number and sum of what a histogram observed. */
export interface Observed {
  count: number;
  sum: number;
}

/** The totals of one histogram over several pages of metrics in Prometheus's text format; of pools that `isWanted` accepts. */
export function observed(
  pages: readonly string[],
  name: string,
  isWanted: (pool: string) => boolean = () => true,
): Observed {
  const total = (suffix: string) =>
    pages
      .flatMap((page) => page.split('\n'))
      .map((line) => new RegExp(`^${name}_${suffix}\\{.*pool="([^"]*)".*\\} (\\S+)$`).exec(line))
      .filter((match) => match !== null && isWanted(match[1]!))
      .reduce((sum, match) => sum + Number(match![2]), 0);
  return { count: total('count'), sum: total('sum') };
}

/** The mean of what was observed between two readings. */
export function meanBetween(before: Observed, after: Observed): number {
  return (after.sum - before.sum) / (after.count - before.count);
}
