/** One config, four projects: what a test needs is in its file name. */
const base = {
  rootDir: __dirname,
  testEnvironment: 'node',
  testEnvironmentOptions: { customExportConditions: ['agentainer-source', 'node', 'node-addons'] },
  extensionsToTreatAsEsm: ['.ts'],
  transform: {
    '^.+\\.ts$': [
      '@swc/jest',
      {
        jsc: {
          target: 'es2022',
          parser: { syntax: 'typescript', decorators: true },
          transform: { decoratorVersion: '2022-03' },
        },
        module: { type: 'es6' },
        sourceMaps: 'inline',
      },
    ],
  },
  moduleNameMapper: { '^(\\.{1,2}/.*)\\.js$': '$1' },
  modulePathIgnorePatterns: ['<rootDir>/.*/dist/', '<rootDir>/.nx/'],
};
const src = '<rootDir>/{apps,libs,examples,bench}/**/src/**';
const redis = '<rootDir>/test/setup/redis.mjs';
const stop = '<rootDir>/test/setup/stop.mjs';
const python = '<rootDir>/test/setup/python.mjs';
const engine = '<rootDir>/test/setup/redis-and-engine.mjs';

module.exports = {
  // Room for a machine that does other things too: a test that hangs still ends.
  testTimeout: 30_000,
  // Most of them wait for processes of their own: jest would leave a core of two to itself.
  maxWorkers: 2,
  projects: [
    {
      ...base,
      displayName: 'unit',
      testMatch: [`${src}/*.spec.ts`],
      testPathIgnorePatterns: ['\\.(redis|docker)\\.spec\\.ts$', '/node_modules/'],
      globalSetup: python,
    },
    {
      ...base,
      displayName: 'redis',
      testMatch: [`${src}/*.redis.spec.ts`],
      globalSetup: redis,
      globalTeardown: stop,
    },
    {
      ...base,
      displayName: 'docker',
      testMatch: [`${src}/*.docker.spec.ts`],
      globalSetup: engine,
      globalTeardown: stop,
    },
    {
      ...base,
      displayName: 'acceptance',
      testMatch: ['<rootDir>/test/**/*.spec.ts'],
      globalSetup: engine,
      globalTeardown: stop,
    },
  ],
};
