export { AGENT_PERMISSION_SETTINGS, agentPermissions } from './agent-permission-settings.js';
export { EGRESS_NETWORK, NO_NETWORK } from './agent-network.js';
export * from './agent-permissions.js';
export { type AgentResources, DEFAULT_RESOURCES, RESOURCES } from './agent-resources.js';
export { formatBytes } from './byte-size.js';
export * from './condition.js';
export type { ConditionReferences } from './condition-references.js';
export { type Form, formFaults, formSchema } from './approval-form.js';
export * from './definition.js';
export { durationSchema } from './duration-schema.js';
export * from './duration.js';
export { coversEgress, type EgressPattern, parseEgressPattern } from './egress-pattern.js';
export * from './errors.js';
export * from './failure-tolerance.js';
export * from './graph.js';
export { type HostPressure, pressureText } from './host-pressure.js';
export * from './ids.js';
export * from './item-source.js';
export * from './json.js';
export type { Limit } from './limit.js';
export { LimitKey } from './limit-key.js';
export * from './log-stream.js';
export * from './map-reduce.js';
export { type MayStart } from './may-start.js';
export { type GraphStanding, mermaidOf } from './mermaid.js';
export {
  type FileItems,
  formatOfName,
  type ItemFormat,
  type OutsideItems,
  type UrlItems,
} from './outside-items.js';
export * from './parse.js';
export { digestOf, imagesOf, pinImages } from './pinned-images.js';
export * from './pool-config.js';
export * from './pool-spec.js';
export * from './reduce-tree.js';
export { type LanePlace, outlastsRuns, outlastsSteps, realmOf, type Reuse, SINGLE_JOBS } from './reuse.js';
export { readsAlong, reducedStep, streamedSteps, streams } from './reduce-step.js';
export * from './priority.js';
export { secretNameSchema } from './secret-name.js';
export * from './state-operation.js';
export { compensatedBy, dataSourcesOf, dependenciesOf } from './step-dependencies.js';
export * from './step-kinds.js';
export * from './task-error.js';
export * from './task-id.js';
export * from './transitions.js';
export { type Approval, type OnTimeout, signalNameSchema } from './wait-step.js';
export { validateDefinition } from './validate-definition.js';
