import type { ConfigError } from '@agentainer/runtime';
import { readControllerConfig } from './config.js';

it('has a default for everything', () => {
  expect(readControllerConfig({})).toMatchObject({
    redisUrl: 'redis://127.0.0.1:6379',
    keyPrefix: 'agentainer',
    driver: 'docker',
    dockerSocket: '/var/run/docker.sock',
    pressure: { memory: 0.9, disk: 0.95 },
    disks: [],
    keepAgents: false,
    logLevel: 'info',
  });
});

it('takes what is given', () => {
  const config = readControllerConfig({
    AGENTAINER_DATA: '/srv/../srv/flow',
    AGENTAINER_DRIVER: 'process',
    AGENTAINER_IMAGES: '/etc/images.json',
    AGENTAINER_EGRESS: 'texts=/run/texts.sock',
    AGENTAINER_MEMORY_PRESSURE: '75%',
    AGENTAINER_DISK_PRESSURE: '100%',
    AGENTAINER_DISKS: '/,/tmp',
    AGENTAINER_REGISTRY_AUTH_FILE: '/etc/auth.json',
    AGENTAINER_KEEP_AGENTS: 'true',
    AGENTAINER_METRICS_PORT: '9100',
    AGENTAINER_POOL_ALERT_AFTER: '2m',
    AGENTAINER_ALERT_WEBHOOK: 'https://alerts.example/hook',
    AGENTAINER_ALERT_SECRET: 'sixteen letters.',
  });
  expect(config).toMatchObject({
    dataDirectory: '/srv/flow',
    driver: 'process',
    imagesPath: '/etc/images.json',
    egress: { texts: '/run/texts.sock' },
    pressure: { memory: 0.75, disk: 1 },
    disks: ['/', '/tmp'],
    registryAuthFile: '/etc/auth.json',
    keepAgents: true,
    metricsPort: 9_100,
    alerts: {
      afterMs: 120_000,
      webhook: { url: 'https://alerts.example/hook', secret: 'sixteen letters.' },
    },
  });
});

it('names every fault at once', () => {
  const environment = {
    AGENTAINER_HOST: 'a}host',
    AGENTAINER_DATA: `/${'long/'.repeat(20)}`,
    AGENTAINER_DRIVER: 'podman',
    AGENTAINER_EGRESS: 'texts',
    AGENTAINER_MEMORY_PRESSURE: '0.9',
    AGENTAINER_DISK_PRESSURE: '101%',
    AGENTAINER_DISKS: '/,/is/not/there',
    AGENTAINER_REGISTRY_AUTH_FILE: 'auth.json',
    AGENTAINER_KEEP_AGENTS: 'yes',
    AGENTAINER_METRICS_PORT: '99999',
  };
  let faults: readonly string[] = [];
  try {
    readControllerConfig(environment);
  } catch (error) {
    faults = (error as ConfigError).faults;
  }
  expect(faults.map((fault) => fault.split(':')[0]).sort()).toEqual(Object.keys(environment).sort());
});

it('takes a data directory just short enough for the sockets in it', () => {
  const longest = `/${'d'.repeat(107 - 1 - '/agents//gateway.sock'.length - 32)}`;
  expect(readControllerConfig({ AGENTAINER_DATA: longest }).dataDirectory).toBe(longest);
  expect(() => readControllerConfig({ AGENTAINER_DATA: `${longest}d` })).toThrow(
    /AGENTAINER_DATA: is too long/,
  );
});
