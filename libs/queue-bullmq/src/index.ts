export { Consumer, type ConsumerOptions, type JobEnd } from './consumer.js';
export { lanePayload, runPayload, stepPayload } from './payloads.js';
export {
  CHILDREN_QUEUE,
  ITEMS_QUEUE,
  laneTicket,
  poolQueue,
  RUNS_QUEUE,
  STEPS_QUEUE,
} from './queue-names.js';
export { QueueAgeing } from './queue-ageing.js';
export { BullStepQueue } from './step-queue.js';
