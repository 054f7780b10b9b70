import { type Definition, InvalidInputError } from '@agentainer/core';
import type { ItemAccess } from '@agentainer/engine';

/** How a field of a definition is called in the request. */
export type NameOfField = (path: string) => string;

/** A map-reduce has the fields of its only map step itself. */
export const ofMapReduce: NameOfField = (path) => path.replace(/^steps\[\d+\]\./, '');

/** The definition, unless items of it are not allowed to be read. @throws {InvalidInputError} */
export function withAllowedItems(
  definition: Definition,
  items: ItemAccess,
  nameOf: NameOfField = (path) => path,
): Definition {
  const faults = items.faults(definition).map(({ path, message }) => ({ path: nameOf(path), message }));
  if (faults.length > 0) throw new InvalidInputError(faults);
  return definition;
}
