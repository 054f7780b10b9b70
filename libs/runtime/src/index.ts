export * from './clock.js';
export * from './config.js';
export * from './deadline.js';
export * from './logger.js';
export * from './metrics.js';
export * from './periodic-service.js';
export * from './service.js';
export * from './shutdown.js';
