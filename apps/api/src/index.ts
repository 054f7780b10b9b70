export { createApp, type AppOptions } from './app.js';
export { composeApi, type ApiService } from './compose.js';
export { type ApiConfig, readApiConfig } from './config.js';
export { HttpServer } from './http-server.js';
export type { Parts } from './parts.js';
export { allRoutes } from './routes/routes.js';
