import { resolve } from 'node:path';
import { partEnvironment, readStandaloneConfig } from './config.js';

describe('readStandaloneConfig', () => {
  it('takes what the program says before what the environment says', () => {
    const environment = { AGENTAINER_DATA: '/from/environment', AGENTAINER_PORT: '1' };
    const config = readStandaloneConfig({ dataDirectory: 'here', port: 0 }, environment);
    expect(config).toMatchObject({ dataDirectory: resolve('here'), port: 0, bind: '127.0.0.1' });
  });

  it('names every setting that is wrong', () => {
    const environment = { AGENTAINER_PORT: 'x', AGENTAINER_DRIVER: 'y' };
    expect(() => readStandaloneConfig({}, environment)).toThrow(
      /AGENTAINER_PORT.*AGENTAINER_DRIVER|AGENTAINER_DRIVER.*AGENTAINER_PORT/s,
    );
  });
});

describe('partEnvironment', () => {
  it('hands on what was given, with the Redis and the engine that were found', () => {
    const config = readStandaloneConfig({}, { AGENTAINER_DATA: '/data', AGENTAINER_BODY_LIMIT: '2048' });
    const found = { redisUrl: 'unix:///data/redis.sock', dockerSocket: '/data/docker.sock' };
    expect(partEnvironment(config, found)).toMatchObject({
      AGENTAINER_BODY_LIMIT: '2048',
      AGENTAINER_REDIS_URL: 'unix:///data/redis.sock',
      AGENTAINER_DRIVER: 'docker',
      AGENTAINER_DOCKER_SOCKET: '/data/docker.sock',
    });
  });

  it('makes agents processes where there is no engine', () => {
    const config = readStandaloneConfig({}, {});
    expect(partEnvironment(config, { redisUrl: 'redis://x' })).toMatchObject({
      AGENTAINER_DRIVER: 'process',
    });
  });
});
