export * from './api-errors.js';
export {
  AgentainerClient,
  type ClientOptions,
  type CreateOptions,
  type JobsOptions,
  type PageOptions,
  type RunChoice,
  type VersionChoice,
} from './client.js';
export type { JobLogOptions, LogOptions, RunLogOptions } from './logs-client.js';
export type { WaitOptions } from './wait-for-run.js';
