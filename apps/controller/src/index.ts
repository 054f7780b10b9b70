export { composeController } from './compose.js';
export { type ControllerConfig, readControllerConfig } from './config.js';
