import type { Definition } from './definition.js';
import { needsAgents } from './step-kinds.js';

/** A step of a run that goes by what its image was when the run started. Only the engine writes it. */
export interface Pinned {
  digest?: string;
}

/** The images that a definition's steps need, each once. */
export function imagesOf({ steps }: Pick<Definition, 'steps'>): string[] {
  return [...new Set(steps.filter(needsAgents).map((step) => step.image))];
}

/**
 * A definition whose steps go by what their images are now; what they went by before is forgotten.
 * @param digests by image; steps of other images go by the name
 */
export function pinImages(definition: Definition, digests: ReadonlyMap<string, string>): Definition {
  const steps = definition.steps.map((step) => {
    if (!needsAgents(step)) return step;
    const { digest: _, ...unpinned }: typeof step & Pinned = step;
    const digest = digests.get(step.image);
    return (digest === undefined ? unpinned : { ...unpinned, digest }) as typeof step;
  });
  return { ...definition, steps };
}

/** What a step's image was when its run started, where that is known. */
export function digestOf(step: object): string | undefined {
  return (step as Pinned).digest;
}
