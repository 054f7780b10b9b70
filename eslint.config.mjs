import js from '@eslint/js';
import nx from '@nx/eslint-plugin';
import prettier from 'eslint-config-prettier';
import { createNodeResolver, importX } from 'eslint-plugin-import-x';
import tseslint from 'typescript-eslint';

/** What each kind of project may import of ours; docs/ARCHITECTURE.md explains why. */
const mayImport = {
  'name:core': [],
  'name:runtime': [],
  'name:contracts': ['name:core'],
  'type:domain': ['name:core', 'name:runtime'],
  'type:adapter': ['name:core', 'name:runtime', 'name:contracts', 'type:domain'],
  'type:kit': ['name:core', 'name:contracts'],
  'type:exec': ['name:core', 'name:runtime', 'name:contracts', 'type:domain', 'type:kit'],
  'type:sdk': ['name:core', 'name:contracts'],
  'type:embedded': ['name:core', 'name:runtime'],
  'type:testing': ['name:core', 'name:runtime', 'name:contracts', 'type:domain', 'type:kit'],
  'type:app': ['name:core', 'name:runtime', 'name:contracts', 'type:domain', 'type:adapter', 'type:exec'],
  'type:standalone': [
    'name:core',
    'name:runtime',
    'name:secrets',
    'type:app',
    'type:adapter',
    'type:embedded',
  ],
  'type:cli': ['name:core', 'name:contracts', 'type:sdk', 'type:standalone'],
  'type:example': [
    'name:core',
    'name:runtime',
    'name:contracts',
    'type:kit',
    'type:sdk',
    'type:standalone',
    'type:embedded',
  ],
  'type:bench': ['*'],
};

/** Each of these packages has its homes; everywhere else the import is an error. */
const homes = {
  ioredis: ['name:store-redis', 'name:queue-bullmq'],
  bullmq: ['name:queue-bullmq'],
  dockerode: ['name:agent-docker'],
  express: ['name:api'],
  undici: ['name:agent-client'],
  yargs: ['name:cli'],
  '@marcbachmann/cel-js': ['name:core'],
  'stream-json': ['name:worker'],
  'csv-parse': ['name:worker'],
};
const tags = Object.keys(mayImport);
const projects = [
  'core runtime contracts engine pool secrets store-redis queue-bullmq agent-client agent-docker agent-process agent-exec',
  'agent-kit sdk embedded testing api worker controller standalone cli word-count',
]
  .join(' ')
  .split(' ')
  .map((name) => `name:${name}`);

/**
 * Specs may use the fakes too, and agents made with the kit; those of the client and the command are driven
 * against the real API.
 */
const specMayImport = (tag) => [
  ...mayImport[tag],
  'type:testing',
  'type:kit',
  ...(['type:sdk', 'type:cli'].includes(tag) ? ['type:app'] : []),
];

const depConstraints = (allowed) => [
  ...tags.map((sourceTag) => ({ sourceTag, onlyDependOnLibsWithTags: allowed(sourceTag) })),
  ...projects.map((sourceTag) => ({
    sourceTag,
    bannedExternalImports: Object.keys(homes)
      .filter((pkg) => !homes[pkg].includes(sourceTag))
      .flatMap((pkg) => [pkg, `${pkg}/*`]),
  })),
];

const moduleBoundaries = (allowed) => [
  'error',
  {
    allow: [],
    depConstraints: depConstraints(allowed),
    enforceBuildableLibDependency: false,
    banTransitiveDependencies: false,
  },
];

export default tseslint.config(
  { ignores: ['**/dist', '**/node_modules', '.nx', 'coverage'] },
  js.configs.recommended,
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.recommended],
    plugins: { '@nx': nx, 'import-x': importX },
    languageOptions: {
      parserOptions: { project: './tsconfig.spec.json', tsconfigRootDir: import.meta.dirname },
    },
    // Relative imports end in .js and mean the .ts beside them; packages of ours are other projects, which Nx judges.
    settings: {
      'import-x/resolver-next': [
        createNodeResolver({ extensions: ['.ts', '.js'], extensionAlias: { '.js': ['.ts', '.js'] } }),
      ],
      'import-x/parsers': { '@typescript-eslint/parser': ['.ts'] },
      'import-x/extensions': ['.ts', '.js'],
    },
    rules: {
      '@nx/enforce-module-boundaries': moduleBoundaries((tag) => mayImport[tag]),
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-promises': ['error', { checksVoidReturn: { arguments: false } }],
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true },
      ],
      '@typescript-eslint/consistent-type-imports': ['error', { disallowTypeAnnotations: false }],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      'max-lines': ['error', { max: 400 }],
      'max-lines-per-function': ['error', { max: 50, skipBlankLines: true, skipComments: true }],
      'no-restricted-properties': [
        'error',
        { object: 'process', property: 'env', message: 'Only config.ts reads the environment.' },
      ],
      'no-restricted-imports': [
        'error',
        ...['process', 'node:process'].map((name) => ({
          name,
          importNames: ['env', 'default'],
          message: 'Only config.ts reads the environment.',
        })),
      ],
      'import-x/no-cycle': ['error', { ignoreExternal: true }],
    },
  },
  {
    files: ['**/config.ts', '**/*.spec.ts', '**/*.fixture.ts', 'test/**', 'bench/**'],
    rules: { 'no-restricted-properties': 'off', 'no-restricted-imports': 'off' },
  },
  { files: ['**/*.spec.ts', 'test/**', '**/*.conformance.ts'], rules: { 'max-lines-per-function': 'off' } },
  {
    files: ['**/*.spec.ts', '**/*.fixture.ts'],
    rules: { '@nx/enforce-module-boundaries': moduleBoundaries(specMayImport) },
  },
  {
    files: ['**/*.mjs', '**/*.cjs'],
    languageOptions: {
      globals: {
        process: 'readonly',
        console: 'readonly',
        module: 'writable',
        __dirname: 'readonly',
        URL: 'readonly',
        setTimeout: 'readonly',
        clearTimeout: 'readonly',
        setInterval: 'readonly',
        clearInterval: 'readonly',
      },
    },
  },
  prettier,
);
