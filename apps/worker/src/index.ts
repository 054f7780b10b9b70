export { composeWorker } from './compose.js';
export { readWorkerConfig, type WorkerConfig } from './config.js';
