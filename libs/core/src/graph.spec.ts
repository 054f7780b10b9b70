import { graphOf } from './graph.js';
import { mermaidOf } from './mermaid.js';
import { validateDefinition } from './validate-definition.js';

const graph = graphOf(
  validateDefinition({
    name: 'w',
    steps: [
      { name: 'end', image: 'lister:1' },
      { type: 'map', name: 'fetch', image: 'fetcher', items: { step: 'end' } },
      { type: 'reduce', name: 'sum', image: 'summer', depends_on: ['fetch'] },
      {
        type: 'workflow',
        name: 'bill',
        workflow: `wf_${'0'.repeat(26)}`,
        depends_on: ['sum'],
        when: 'results.sum.note != "<b>;no#"',
      },
      { type: 'wait', name: 'nap', sleep: '1m', depends_on: ['end'] },
      { name: 'undo', image: 'undoer', compensates: 'end' },
    ],
  }),
);

it('tells order, data and undoing apart', () => {
  expect(graph.edges).toEqual([
    { from: 'end', to: 'fetch', kind: 'data' },
    { from: 'fetch', to: 'sum', kind: 'data' },
    { from: 'sum', to: 'bill', kind: 'order' },
    { from: 'end', to: 'nap', kind: 'order' },
    { from: 'end', to: 'undo', kind: 'undo' },
  ]);
  expect(graph.nodes[1]).toEqual({ step: 'fetch', type: 'map', map: true, image: 'fetcher' });
});

it('is written as Mermaid, and what authors wrote means nothing there', () => {
  expect(mermaidOf(graph)).toBe(
    [
      'flowchart TD',
      '  s0["end<br/>sequential: lister:1"]',
      '  s1[["fetch<br/>map: fetcher"]]',
      '  s2[\\"sum<br/>reduce: summer"/]',
      '  s3{{"bill<br/>workflow: wf_00000000000000000000000000<br/>when results.sum.note != #34;#60;b#62;#59;no#35;#34;"}}',
      '  s4(["nap<br/>wait"])',
      '  s5["undo<br/>sequential: undoer"]',
      '  s0 --> s1',
      '  s1 --> s2',
      '  s2 -.-> s3',
      '  s0 -.-> s4',
      '  s0 -. undone by .-> s5',
      '',
    ].join('\n'),
  );
});

it('shows how the steps of a run stand', () => {
  const standings = new Map([
    ['end', { state: 'completed' as const, total: 1, completed: 1 }],
    ['fetch', { state: 'running' as const, total: 5, completed: 3 }],
    ['sum', { state: 'pending' as const, total: 0, completed: 0 }],
  ]);
  const lines = mermaidOf(graph, standings).split('\n');
  expect(lines[1]).toBe('  s0["end<br/>sequential: lister:1<br/>completed"]:::completed');
  expect(lines[2]).toBe('  s1[["fetch<br/>map: fetcher<br/>running 3/5"]]:::running');
  expect(lines[3]).toBe('  s2[\\"sum<br/>reduce: summer<br/>pending"/]');
  expect(lines.filter((line) => line.startsWith('  classDef '))).toHaveLength(2);
});
