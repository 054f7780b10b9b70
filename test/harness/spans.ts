/** A time from one moment to another, in milliseconds. One that begins as another ends does not overlap with it. */
export interface Span {
  from: number;
  to: number;
}

/** The most of them that there were at any one time. */
export function mostAtOnce(spans: readonly Span[]): number {
  const moments = spans.flatMap(({ from, to }) => [
    { at: from, change: 1 },
    { at: to, change: -1 },
  ]);
  moments.sort((a, b) => a.at - b.at || a.change - b.change);
  let now = 0;
  return Math.max(0, ...moments.map(({ change }) => (now += change)));
}
