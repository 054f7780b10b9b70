export * from './api-errors.js';
export { AgentainerClient, type ClientOptions } from './client.js';
export type {
  CreateOptions,
  DeadLettersOptions,
  JobsOptions,
  PageOptions,
  RunChoice,
  VersionChoice,
} from './client-options.js';
export type { JobLogOptions, LogOptions, RunLogOptions } from './logs-client.js';
export type { WaitOptions } from './wait-for-run.js';
