import { type Definition, type Fault, forbiddenFaults, InvalidInputError } from '@agentainer/core';
import type { Parts } from '../parts.js';

/** How a field of a definition is called in the request. */
export type NameOfField = (path: string, definition: Definition) => string;

/** A job has the fields of its only step itself. */
export const ofJob: NameOfField = (path) => path.replace(/^steps\[\d+\]\./, '');

const IMAGES: Readonly<Record<string, string>> = {
  list: 'list_image',
  map: 'mapper_image',
  reduce: 'reducer_image',
};

/** A map-reduce has the fields of its only map step itself, and an image for each of its steps. */
export const ofMapReduce: NameOfField = (path, { steps }) => {
  const [, index, field] = /^steps\[(\d+)\]\.(.*)$/.exec(path) ?? [];
  const image = field === 'image' ? IMAGES[steps[Number(index)]!.name] : undefined;
  return image ?? field ?? path;
};

/**
 * The definition, unless it asks for what the operator of this instance does not permit.
 * @throws {InvalidInputError} with all that it may not have
 */
export function permitted(
  definition: Definition,
  { items, permissions }: Pick<Parts, 'items' | 'permissions'>,
  nameOf: NameOfField = (path) => path,
): Definition {
  const faults: Fault[] = [...items.faults(definition), ...forbiddenFaults(definition, permissions)];
  if (faults.length > 0)
    throw new InvalidInputError(
      faults.map(({ path, message }) => ({ path: nameOf(path, definition), message })),
    );
  return definition;
}
