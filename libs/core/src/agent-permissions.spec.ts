import { z } from 'zod';
import { AGENT_PERMISSION_SETTINGS, agentPermissions } from './agent-permission-settings.js';
import {
  type AgentPermissions,
  DEFAULT_PERMISSIONS,
  forbiddenFaults,
  permissionFaults,
} from './agent-permissions.js';
import { poolConfigSchema } from './pool-config.js';
import { validateDefinition } from './validate-definition.js';

const read = (environment: Record<string, string>): AgentPermissions =>
  agentPermissions(z.object(AGENT_PERMISSION_SETTINGS).parse(environment));
const asks = (config: object, image = 'scraper:1') => ({ image, config: poolConfigSchema.parse(config) });

describe('what an instance permits', () => {
  it('is any image, and what agents get by default, where nothing is said', () => {
    expect(read({})).toEqual(DEFAULT_PERMISSIONS);
    expect(permissionFaults(asks({}), read({}))).toEqual([]);
    expect(
      permissionFaults(asks({ memory: '512MiB', cpus: 2, processes: 256, scratch: '64MiB' }), read({})),
    ).toEqual([]);
  });

  it('is no more of anything than its operator says', () => {
    const faults = permissionFaults(
      asks({ memory: '1GiB', cpus: 2.5, processes: 257, scratch: '65MiB' }),
      read({}),
    );
    expect(faults).toEqual([
      {
        path: 'pool_config.memory',
        message: 'must be at most 512MiB on this instance (AGENTAINER_MAX_AGENT_MEMORY)',
      },
      { path: 'pool_config.cpus', message: 'must be at most 2 on this instance (AGENTAINER_MAX_AGENT_CPUS)' },
      {
        path: 'pool_config.processes',
        message: 'must be at most 256 on this instance (AGENTAINER_MAX_AGENT_PROCESSES)',
      },
      {
        path: 'pool_config.scratch',
        message: 'must be at most 64MiB on this instance (AGENTAINER_MAX_AGENT_SCRATCH)',
      },
    ]);
    const generous = read({
      AGENTAINER_MAX_AGENT_MEMORY: '1GiB',
      AGENTAINER_MAX_AGENT_CPUS: '2.5',
      AGENTAINER_MAX_AGENT_PROCESSES: '257',
      AGENTAINER_MAX_AGENT_SCRATCH: '65MiB',
    });
    expect(
      permissionFaults(asks({ memory: '1GiB', cpus: 2.5, processes: 257, scratch: '65MiB' }), generous),
    ).toEqual([]);
  });

  it('is no image but those that its operator lists', () => {
    const strict = read({ AGENTAINER_ALLOWED_IMAGES: 'registry.example/team/*, scraper:1' });
    const faulty = (image: string) => permissionFaults(asks({}, image), strict).map(({ path }) => path);
    expect(faulty('scraper:1')).toEqual([]);
    expect(faulty('registry.example/team/any:3')).toEqual([]);
    expect(faulty('scraper:2')).toEqual(['image']);
    expect(permissionFaults(asks({}), read({ AGENTAINER_ALLOWED_IMAGES: '' }))).toHaveLength(1);
  });

  it('holds for every image of a definition, those that its tasks may start included', () => {
    const definition = validateDefinition({
      name: 'w',
      steps: [
        { name: 'a', image: 'scraper:1', may_start: { images: ['scraper:1', 'evil:1'] } },
        { name: 'b', type: 'wait', signal: { name: 'go' } },
        { name: 'c', image: 'evil:1', pool_config: { memory: '2GiB' } },
      ],
    });
    const faults = forbiddenFaults(definition, read({ AGENTAINER_ALLOWED_IMAGES: 'scraper' }));
    expect(faults.map(({ path }) => path)).toEqual([
      'steps[0].may_start.images[1]',
      'steps[2].image',
      'steps[2].pool_config.memory',
    ]);
  });

  it('is no network and no host but those that its operator lists', () => {
    const permissions = read({
      AGENTAINER_NETWORKS: 'inner',
      AGENTAINER_EGRESS_ALLOWED: '*.example.com:443, localhost:*',
    });
    const faulty = (config: object) => permissionFaults(asks(config), permissions).map(({ path }) => path);
    const egress = ['api.example.com:443', 'api.example.com:80', '*.example.com:443', 'localhost:1', '*:443'];
    expect(faulty({ network: 'egress', egress })).toEqual(['pool_config.egress[1]', 'pool_config.egress[4]']);
    expect(faulty({ network: 'inner' })).toEqual([]);
    expect(faulty({ network: 'host' })).toEqual(['pool_config.network']);
    expect(permissionFaults(asks({ network: 'egress', egress: ['a.b:1'] }), read({}))).toHaveLength(1);
  });

  it.each([
    ['AGENTAINER_NETWORKS', 'host'],
    ['AGENTAINER_NETWORKS', 'container:abc'],
    ['AGENTAINER_EGRESS_ALLOWED', 'example.com'],
    ['AGENTAINER_MAX_AGENT_MEMORY', 'much'],
    ['AGENTAINER_MAX_AGENT_CPUS', '0'],
    ['AGENTAINER_MAX_AGENT_PROCESSES', '1.5'],
    ['AGENTAINER_ALLOWED_IMAGES', 'a b$'],
  ])('cannot be told by %s=%s', (name, value) => {
    expect(() => read({ [name]: value })).toThrow();
  });
});
