import type { Graph, GraphEdge, GraphNode } from './graph.js';
import type { StepState } from './transitions.js';

/** How a step of a run stands. */
export interface GraphStanding {
  state: StepState;
  total: number;
  completed: number;
}

/** Characters of a condition that are drawn. */
const MOST_OF_A_CONDITION = 60;

const SHAPES: Record<GraphNode['type'], [string, string]> = {
  sequential: ['[', ']'],
  map: ['[[', ']]'],
  reduce: ['[\\', '/]'],
  wait: ['([', '])'],
  workflow: ['{{', '}}'],
};
const ARROWS: Record<GraphEdge['kind'], string> = { order: '-.->', data: '-->', undo: '-. undone by .->' };

const COLOURS: Partial<Record<StepState, string>> = {
  ready: 'fill:#e7f0fd,stroke:#3b6fb6',
  running: 'fill:#cfe2ff,stroke:#1f5fbf,stroke-width:2px',
  waiting: 'fill:#fff3cd,stroke:#b58900',
  completed: 'fill:#d9f2df,stroke:#2e7d32',
  failed: 'fill:#fbdada,stroke:#c62828',
  timed_out: 'fill:#fbdada,stroke:#c62828,stroke-dasharray:4',
  skipped: 'fill:#f2f2f2,stroke:#9e9e9e,stroke-dasharray:4',
  cancelled: 'fill:#eeeeee,stroke:#616161',
};

/** A graph as text of Mermaid, which browsers and code hosts draw; with the standing of its steps where it is given. */
export function mermaidOf(graph: Graph, standings: ReadonlyMap<string, GraphStanding> = new Map()): string {
  // Names of steps may be words of Mermaid.
  const ids = new Map(graph.nodes.map(({ step }, i) => [step, `s${i}`]));
  const states = new Set([...standings.values()].map(({ state }) => state));
  const lines = [
    ...graph.nodes.map((node) => `${ids.get(node.step)!}${boxOf(node, standings.get(node.step))}`),
    ...graph.edges.map(({ from, to, kind }) => `${ids.get(from)!} ${ARROWS[kind]} ${ids.get(to)!}`),
    ...[...states].flatMap((state) => (COLOURS[state] ? [`classDef ${state} ${COLOURS[state]}`] : [])),
  ];
  return ['flowchart TD', ...lines.map((line) => `  ${line}`), ''].join('\n');
}

function boxOf(node: GraphNode, standing: GraphStanding | undefined): string {
  const [open, close] = SHAPES[node.type];
  const state = standing && COLOURS[standing.state] ? `:::${standing.state}` : '';
  return `${open}"${textsOf(node, standing).map(escaped).join('<br/>')}"${close}${state}`;
}

function textsOf(node: GraphNode, standing: GraphStanding | undefined): string[] {
  const { step, type, map, image, workflow, when } = node;
  const kind = type === 'workflow' && map ? 'workflow, map' : type;
  const what = image ?? workflow;
  const progress = standing && standing.total > 1 ? ` ${standing.completed}/${standing.total}` : '';
  return [
    step,
    what === undefined ? kind : `${kind}: ${what}`,
    ...(when === undefined ? [] : [`when ${cut(when)}`]),
    ...(standing ? [`${standing.state}${progress}`] : []),
  ];
}

function cut(text: string): string {
  return text.length > MOST_OF_A_CONDITION ? `${text.slice(0, MOST_OF_A_CONDITION)}…` : text;
}

/** Every character that could mean something to Mermaid or HTML, as its code. */
function escaped(text: string): string {
  return text.replace(/[^\w .,:;=!?/@+*()…-]|[;]/gu, (character) => `#${character.codePointAt(0)!};`);
}
