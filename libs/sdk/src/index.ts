export * from './api-errors.js';
export {
  AgentainerClient,
  type ClientOptions,
  type JobsOptions,
  type PageOptions,
  type RunChoice,
} from './client.js';
export type { WaitOptions } from './wait-for-run.js';
