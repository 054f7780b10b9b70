import type { Logger } from '@agentainer/runtime';
import { boardRoute } from '../board/board.js';
import type { Route } from '../http/route.js';
import type { Parts } from '../parts.js';
import { DeadLetterReader } from '../reading/dead-letter-reader.js';
import { JobReader } from '../reading/job-reader.js';
import { RunReader } from '../reading/run-reader.js';
import { alertRoutes } from './alert-routes.js';
import { childRoutes } from './child-routes.js';
import { controlRoutes } from './control-routes.js';
import { deadLetterRoutes } from './dead-letter-routes.js';
import { explainRoute } from './explain-route.js';
import { graphRoutes } from './graph-routes.js';
import { hostRoutes } from './host-routes.js';
import { jobRoutes } from './job-routes.js';
import { logRoutes } from './log-routes.js';
import { operationsRoutes } from './operations-routes.js';
import { poolRoutes } from './pool-routes.js';
import { rerunRoutes } from './rerun-routes.js';
import { runRoutes } from './run-routes.js';
import { secretRoutes } from './secret-routes.js';
import { stateRoutes } from './state-routes.js';
import { stepRoutes } from './step-routes.js';
import { versionRoutes } from './version-routes.js';
import { waitRoutes } from './wait-routes.js';
import { workflowRoutes, workflowRunRoutes } from './workflow-routes.js';

/** Every route there is. Where two paths fit a request, the first one in this table answers. */
export function allRoutes(parts: Parts, logger: Logger): Route[] {
  const runs = new RunReader(parts.workflows, parts.runs);
  const jobs = new JobReader(parts.runs);
  return [
    ...operationsRoutes(parts),
    ...poolRoutes(parts),
    ...hostRoutes(parts),
    ...alertRoutes(parts),
    ...workflowRoutes(parts, runs),
    ...versionRoutes(parts, runs),
    ...workflowRunRoutes(parts, runs, jobs),
    ...stateRoutes(parts, runs),
    ...runRoutes(parts, runs, jobs),
    ...childRoutes(runs, jobs),
    ...graphRoutes(runs),
    ...controlRoutes(parts, runs),
    ...stepRoutes(parts, runs),
    ...waitRoutes(parts, runs),
    ...rerunRoutes(parts, runs),
    explainRoute(parts, runs),
    ...jobRoutes(parts, runs, jobs),
    ...logRoutes(parts, runs, jobs),
    ...deadLetterRoutes(parts, new DeadLetterReader(parts.runs)),
    ...secretRoutes(parts),
    boardRoute(parts.queues, logger),
  ];
}
