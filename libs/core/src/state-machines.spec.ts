import { readFileSync } from 'node:fs';
import {
  AGENT_TRANSITIONS,
  isTerminal,
  RUN_TRANSITIONS,
  STEP_TRANSITIONS,
  TASK_TRANSITIONS,
  type TransitionTable,
} from './transitions.js';

const document = readFileSync(new URL('../../../docs/state-machines.md', import.meta.url), 'utf8');
const DIAGRAM = /^## (\w+)$[^#]*?^```mermaid\nstateDiagram-v2\n(.*?)^```$/gms;

/** The arrows of each diagram, by the heading above it. */
const diagrams = new Map(
  [...document.matchAll(DIAGRAM)].map(([, heading, body]) => [heading, body!.trim().split(/\s*\n\s*/)]),
);

function arrowsOf(table: TransitionTable<string>, first: string): string[] {
  const states = Object.keys(table);
  return [
    `[*] --> ${first}`,
    ...states.flatMap((from) => table[from]!.map((to) => `${from} --> ${to}`)),
    ...states.filter((state) => isTerminal(table, state)).map((state) => `${state} --> [*]`),
  ];
}

it.each<[string, TransitionTable<string>, string]>([
  ['Run', RUN_TRANSITIONS, 'running'],
  ['Step', STEP_TRANSITIONS, 'pending'],
  ['Task', TASK_TRANSITIONS, 'pending'],
  ['Agent', AGENT_TRANSITIONS, 'creating'],
])('%s: the diagram has the arrows of its table, and no others', (heading, table, first) => {
  expect([...(diagrams.get(heading) ?? [])].sort()).toEqual(arrowsOf(table, first).sort());
});

it('has a diagram for each table and no other', () => {
  expect([...diagrams.keys()]).toEqual(['Run', 'Step', 'Task', 'Agent']);
});
