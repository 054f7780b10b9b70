/** Those that are named, in their own order; all of them where none is. @throws {RangeError} for a name that is none */
export function chosen<T extends { name: string }>(all: readonly T[], names: readonly string[]): T[] {
  const known = all.map(({ name }) => name);
  const unknown = names.filter((name) => !known.includes(name));
  if (unknown.length > 0)
    throw new RangeError(`no measurement is called ${unknown.join(', ')}; there are ${known.join(', ')}`);
  return all.filter(({ name }) => names.length === 0 || names.includes(name));
}
