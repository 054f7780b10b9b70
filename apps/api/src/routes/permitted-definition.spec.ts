import { FakeApi } from '../fake-api.fixture.js';

let api: FakeApi;
beforeEach(async () => {
  api = new FakeApi();
  Object.assign(api.permissions, { images: ['good', 'reg.example/team/*'] });
  await api.start();
});
afterEach(() => api.stop());

async function faultsOf(method: string, path: string, body: unknown): Promise<string[]> {
  const answer = await api.request(method, path, { body });
  expect(answer.status).toBe(400);
  expect(answer.body).toMatchObject({ type: expect.any(String) as string, code: 'INVALID_INPUT' });
  return (answer.body as { errors: { path: string }[] }).errors.map((fault) => fault.path);
}

const steps = (image: string, memory = '512MiB') => [{ name: 'a', image, pool_config: { memory } }];

describe('what the operator does not permit', () => {
  it('is refused in a workflow, with its place', async () => {
    const bad = { name: 'w', steps: steps('evil:1', '1GiB') };
    const expected = ['steps[0].image', 'steps[0].pool_config.memory'];
    expect(await faultsOf('POST', '/workflows', bad)).toEqual(expected);
    const { id } = await api.workflow({ name: 'w', steps: steps('good:1') });
    expect(await faultsOf('PUT', `/workflows/${id}`, bad)).toEqual(expected);
  });

  it('is refused in a job, by the name that the field has there', async () => {
    const bad = { image: 'evil:1', pool_config: { processes: 10_000 } };
    expect(await faultsOf('POST', '/jobs', bad)).toEqual(['image', 'pool_config.processes']);
  });

  it('is refused in a map-reduce, by the name that the image has there', async () => {
    const bad = {
      name: 'mr',
      list_image: 'evil:1',
      mapper_image: 'evil:2',
      reducer_image: 'good:1',
      pool_config: { cpus: 64 },
    };
    expect(await faultsOf('POST', '/workflows/mapreduce', bad)).toEqual([
      'list_image',
      'mapper_image',
      'pool_config.cpus',
    ]);
  });

  it('does not keep anybody from what is permitted, and sizes are shown as they are written', async () => {
    const body = { name: 'w', steps: steps('reg.example/team/any:3', '256MiB') };
    const answer = await api.request('POST', '/workflows', { body });
    expect(answer.status).toBe(201);
    expect(answer.body).toMatchObject({ definition: { steps: [{ pool_config: { memory: '256MiB' } }] } });
  });
});
