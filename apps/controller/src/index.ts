export { memoryDirectoryOf } from './agents-directory.js';
export { composeController } from './compose.js';
export { type ControllerConfig, readControllerConfig } from './config.js';
