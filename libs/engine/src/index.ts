export { checkedDefinition } from './checked-definition.js';
export { ChildLane } from './child-lane.js';
export { ChildRuns } from './child-runs.js';
export { ChildStarter } from './child-starter.js';
export { decide } from './decide.js';
export type { Decision } from './decision.js';
export { estimatedEnd } from './estimate.js';
export { explain, type StepExplanation, type Surroundings } from './explain.js';
export {
  type AgentNeed,
  agentNeeds,
  type HostStanding,
  type PoolOutlook,
  type PoolOutlookReader,
  type PoolStanding,
} from './pool-outlook.js';
export type * from './wait-reason.js';
export { appliedLimits, type FullLimit, fullLimits, GLOBAL_LIMIT } from './applied-limits.js';
export { LimitGate } from './limit-gate.js';
export type * from './limit-port.js';
export { type AllowedItems, ItemAccess } from './item-access.js';
export { type ItemReader, ItemSourceError } from './item-reader.js';
export { Lane, type LaneEnd, type LaneJob, type LaneOptions, DEFAULT_LANE_OPTIONS } from './lane.js';
export { DueWaits } from './due-waits.js';
export type * from './log-port.js';
export { LogBook, type LogWriter } from './log-writer.js';
export { NO_AGENT } from './agent-port.js';
export type * from './agent-port.js';
export type * from './ports.js';
export type * from './records.js';
export { retryDelay } from './retry.js';
export { RunAdmission } from './run-admission.js';
export {
  type DeadLetterFilter,
  type RefusedRedrive,
  type Redrive,
  Redriver,
  redriverOf,
} from './redriver.js';
export { rerunPlan, type RerunPart, type RerunPlan, type RerunScope, type TaskChoice } from './rerun-plan.js';
export { Rerunner, type RerunOptions } from './rerunner.js';
export { RegisteringQueue } from './registering-queue.js';
export { RunAdvancer } from './run-advancer.js';
export { RunControl } from './run-control.js';
export { RunStarter, type StartOptions } from './run-starter.js';
export type * from './start-port.js';
export * from './state-port.js';
export { StepChanger } from './step-changer.js';
export { parallelOf, stepNamed } from './step-lanes.js';
export { toleranceOf } from './step-success.js';
export { Sweeper, type SweeperOptions, DEFAULT_SWEEPER_OPTIONS } from './sweeper.js';
export { type StartAnswer, TaskStarts } from './task-starts.js';
export { treeOf } from './tree-growth.js';
export type * from './wait-port.js';
export { type Decision as ApprovalDecision, type PendingApproval, WaitingRuns } from './waiting-runs.js';
export type { WaitEnd } from './waits.js';
export { type JsonText, RunValues } from './values.js';
