import { availableParallelism } from 'node:os';
import { DEFAULT_POOL_CONFIG } from '@agentainer/core';
import { containerBody } from './container-body.js';

const agent = {
  agentId: 'agent_1',
  poolId: 'pool-1',
  image: 'scraper:1',
  directory: '/data/agents/agent_1',
  config: DEFAULT_POOL_CONFIG,
};
const image = { reference: 'scraper:1', user: '', command: ['serve'], volumes: [] as string[] };
const owner = { instance: 'mine', host: 'box' };
const body = (imageUser = '') => containerBody(agent, owner, { ...image, user: imageUser });

describe('what an engine is asked for', () => {
  it('is an agent that can be told by its name and its labels', () => {
    expect(body()).toMatchObject({
      name: 'agentainer-mine-agent_1',
      Image: 'scraper:1',
      Labels: {
        'agentainer.owner': 'mine',
        'agentainer.host': 'box',
        'agentainer.pool': 'pool-1',
        'agentainer.agent': 'agent_1',
      },
    });
  });

  it('gives it no network, no rights, and nothing of the host but its directory', () => {
    expect(body().HostConfig).toMatchObject({
      NetworkMode: 'none',
      CapDrop: ['ALL'],
      SecurityOpt: ['no-new-privileges'],
      Privileged: false,
      ReadonlyRootfs: true,
      Mounts: [{ Type: 'bind', Source: '/data/agents/agent_1', Target: '/run/agentainer' }],
      Init: true,
      LogConfig: { Type: 'none' },
    });
    expect(body().HostConfig).not.toHaveProperty('Binds');
    expect(body().HostConfig).not.toHaveProperty('CapAdd');
    expect(body().HostConfig).not.toHaveProperty('Devices');
  });

  it('tells it how many tasks it serves at once, where that is not one', () => {
    const config = { ...agent.config, agent_concurrency: 8 };
    expect(containerBody({ ...agent, config }, owner, image).Env).toContain('AGENTAINER_CONCURRENCY=8');
    expect(body().Env!.join()).not.toContain('AGENTAINER_CONCURRENCY');
  });

  it('bounds what it may use', () => {
    const { HostConfig } = body();
    expect(HostConfig).toMatchObject({ Memory: 536_870_912, MemorySwap: 536_870_912, PidsLimit: 256 });
    expect(HostConfig!.NanoCpus).toBeGreaterThan(0);
    expect(HostConfig!.OomScoreAdj).toBeGreaterThan(0);
    expect(HostConfig!.Ulimits).toEqual([{ Name: 'core', Soft: 0, Hard: 0 }]);
    expect(HostConfig!.Tmpfs).toEqual({ '/tmp': 'rw,nosuid,nodev,noexec,mode=1777,size=67108864' });
  });

  it('gives it a proxy and no network where its pool lists hosts, and a network where that is named', () => {
    const config = { ...agent.config, network: 'egress', egress: ['api.example.com:443'] };
    const listing = containerBody({ ...agent, config }, owner, image);
    expect(listing.HostConfig!.NetworkMode).toBe('none');
    expect(listing.Env).toContain('HTTPS_PROXY=http://127.0.0.1:3128');
    expect(body().Env!.join()).not.toContain('PROXY');
    const named = containerBody({ ...agent, config: { ...agent.config, network: 'inner' } }, owner, image);
    expect(named.HostConfig!.NetworkMode).toBe('inner');
    expect(named.Env!.join()).not.toContain('PROXY');
  });

  it('keeps the volumes of its image in memory, and lets none take the place of what is ours', () => {
    const volumes = ['/data', '/var/cache/', '/tmp', '/tmp/', '/run/agentainer', '/dev/../dev/shm'];
    const { HostConfig } = containerBody(agent, owner, { ...image, volumes });
    const targets = HostConfig!.Mounts!.map(({ Type, Target }) => [Type, Target]);
    expect(targets).toEqual([
      ['bind', '/run/agentainer'],
      ['tmpfs', '/data'],
      ['tmpfs', '/var/cache/'],
    ]);
    expect(HostConfig!.Mounts![1]!.TmpfsOptions).toEqual({ SizeBytes: 67_108_864, Mode: 0o1777 });
  });

  it('gives it what its pool says, but no more processors than there are', () => {
    const config = { ...agent.config, memory: 2 ** 30, cpus: 0.5, processes: 16, scratch: 2 ** 20 };
    const { HostConfig } = containerBody({ ...agent, config }, owner, image);
    expect(HostConfig).toMatchObject({
      Memory: 2 ** 30,
      MemorySwap: 2 ** 30,
      NanoCpus: 5e8,
      PidsLimit: 16,
      Tmpfs: { '/tmp': expect.stringMatching(/,size=1048576$/) as string },
      ShmSize: 2 ** 20,
    });
    const many = containerBody({ ...agent, config: { ...config, cpus: 1_024 } }, owner, image);
    expect(many.HostConfig!.NanoCpus).toBe(availableParallelism() * 1e9);
  });

  it.each([
    ['', '65534:65534'],
    ['root', '65534:65534'],
    ['0', '65534:65534'],
    ['0:0', '65534:65534'],
    ['00:1000', '65534:65534'],
    ['root:staff', '65534:65534'],
    [':0', '65534:65534'],
    ['node', 'node'],
    ['1000:1000', '1000:1000'],
    ['rooted', 'rooted'],
  ])('lets an image whose user is "%s" run as %s', (imageUser, user) => {
    expect(body(imageUser).User).toBe(user);
  });
});

describe('the body for an agent that is given commands', () => {
  const exec = { ...agent, config: { ...DEFAULT_POOL_CONFIG, protocol: 'exec' as const } };
  const own = { ...image, user: '1000', command: ['serve', '--all'] };
  const bodyOf = (of = exec) => containerBody(of, owner, own, '/data/anchor-x64');

  it('runs the anchor as process 1, and is as hardened as any', () => {
    const usual = containerBody(agent, owner, own);
    expect(bodyOf()).toEqual({
      ...usual,
      Entrypoint: ['/.agentainer-anchor'],
      Cmd: ['serve', '--all'],
      HostConfig: {
        ...usual.HostConfig,
        Init: false,
        Mounts: [
          ...usual.HostConfig!.Mounts!,
          { Type: 'bind', Source: '/data/anchor-x64', Target: '/.agentainer-anchor', ReadOnly: true },
        ],
      },
    });
  });

  it("tells the command of the pool in place of the image's", () => {
    expect(bodyOf({ ...exec, config: { ...exec.config, command: ['wc'] } as never }).Cmd).toEqual(['wc']);
  });
});
