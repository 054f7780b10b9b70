import type { Definition, Step } from './definition.js';
import { compensatedBy, dataSourcesOf, dependenciesOf } from './step-dependencies.js';
import { isMap } from './step-kinds.js';
import { reducedStep } from './reduce-step.js';

/** A step as it is drawn. */
export interface GraphNode {
  step: string;
  type: Step['type'];
  /** Whether it has a task for each of its items. */
  map: boolean;
  image?: string;
  /** The workflow that its tasks are runs of. */
  workflow?: string;
  when?: string;
}

/** `data`: what the second step gets comes from the first one. `undo`: it undoes what the first one did. */
export interface GraphEdge {
  from: string;
  to: string;
  kind: 'order' | 'data' | 'undo';
}

export interface Graph {
  nodes: GraphNode[];
  edges: GraphEdge[];
}

/** A definition as nodes and edges, both in the order in which it was written. */
export function graphOf(definition: Definition): Graph {
  return {
    nodes: definition.steps.map(nodeOf),
    edges: definition.steps.flatMap((step) => edgesTo(definition, step)),
  };
}

function nodeOf(step: Step): GraphNode {
  return {
    step: step.name,
    type: step.type,
    map: isMap(step),
    ...('image' in step && { image: step.image }),
    ...(step.type === 'workflow' && { workflow: step.workflow }),
    ...(step.when !== undefined && { when: step.when }),
  };
}

function edgesTo(definition: Definition, step: Step): GraphEdge[] {
  const reduced = step.type === 'reduce' ? reducedStep(definition, step) : undefined;
  const data = new Set([...dataSourcesOf(step), reduced]);
  const undone = compensatedBy(step);
  return dependenciesOf(step).map((from) => {
    const kind = from === undone ? 'undo' : data.has(from) ? 'data' : 'order';
    return { from, to: step.name, kind };
  });
}
