import { runGraphSchema, workflowGraphSchema } from '@agentainer/contracts';
import { FakeApi } from '../fake-api.fixture.js';

let api: FakeApi;
beforeEach(async () => {
  api = new FakeApi();
  await api.start();
});
afterEach(() => api.stop());

const definition = {
  name: 'etl',
  steps: [
    { name: 'list', image: 'lister' },
    { type: 'map' as const, name: 'fetch', image: 'fetcher', items: { step: 'list' } },
  ],
};

it('R5.4e GET /workflows/{id}/graph: nodes, edges and Mermaid, of the version that is named', async () => {
  const { id } = await api.workflow(definition);
  await api.workflows.update(
    id,
    (await api.workflow({ ...definition, steps: [definition.steps[0]!] })).definition,
  );
  const first = workflowGraphSchema.parse(
    (await api.request('GET', `/workflows/${id}/graph?version=1`)).body,
  );
  expect(first).toMatchObject({
    workflow_id: id,
    version: 1,
    nodes: [{ step: 'list' }, { step: 'fetch', type: 'map', image: 'fetcher' }],
    edges: [{ from: 'list', to: 'fetch', kind: 'data' }],
  });
  expect(first.mermaid).toMatch(/^flowchart TD\n {2}s0\["list<br\/>/);
  const latest = await api.request('GET', `/workflows/${id}/graph`);
  expect(latest.body).toMatchObject({ version: 2, edges: [] });
  expect((await api.request('GET', `/workflows/${id}/graph?version=9`)).status).toBe(404);
});

it('R5.4e GET /runs/{id}/graph: with how the steps stand', async () => {
  const workflow = await api.workflow(definition);
  const run = api.runs.add({ definition: workflow.definition, workflow });
  run.open('list', [{ state: 'completed' }], 'completed');
  run.open('fetch', [{ state: 'completed' }, { state: 'running' }], 'running');
  const graph = runGraphSchema.parse((await api.request('GET', `/runs/${run.id}/graph`)).body);
  expect(graph.nodes).toMatchObject([
    { step: 'list', status: 'completed', total: 1, completed: 1 },
    { step: 'fetch', status: 'running', total: 2, completed: 1 },
  ]);
  expect(graph.mermaid).toContain('running 1/2');
});
