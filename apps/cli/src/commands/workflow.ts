import type { Commands } from '../context.js';
import { workflowChangeCommand } from './workflow-change.js';
import { workflowChildrenCommand } from './workflow-children.js';
import { workflowControlCommands, workflowDeleteCommand } from './workflow-control.js';
import { workflowCreateCommand } from './workflow-create.js';
import { workflowExplainCommand } from './workflow-explain.js';
import { workflowGraphCommand } from './workflow-graph.js';
import { workflowLogsCommand } from './logs.js';
import { workflowMapReduceCommand } from './workflow-mapreduce.js';
import { workflowGetCommand, workflowListCommand } from './workflow-read.js';
import { workflowRerunCommand } from './workflow-rerun.js';
import { workflowJobsCommand, workflowStateCommand } from './workflow-run.js';
import { workflowStartCommand } from './workflow-start.js';
import { workflowStepCommand } from './workflow-step.js';
import { workflowUpdateCommand, workflowVersionsCommand } from './workflow-version.js';
import { workflowStatusCommand } from './workflow-status.js';
import { workflowApproveCommand, workflowRejectCommand, workflowSignalCommand } from './workflow-wait.js';

/** `agentainer workflow …`. */
export const workflowCommands: Commands = (yargs, context) =>
  yargs.command('workflow', 'Workflows and their runs', (line) =>
    [
      workflowCreateCommand,
      workflowListCommand,
      workflowGetCommand,
      workflowUpdateCommand,
      workflowVersionsCommand,
      workflowStartCommand,
      workflowStatusCommand,
      workflowExplainCommand,
      workflowStepCommand,
      workflowChildrenCommand,
      workflowGraphCommand,
      workflowChangeCommand,
      workflowJobsCommand,
      workflowLogsCommand,
      workflowStateCommand,
      workflowMapReduceCommand,
      workflowRerunCommand,
      ...workflowControlCommands,
      workflowDeleteCommand,
      workflowSignalCommand,
      workflowApproveCommand,
      workflowRejectCommand,
    ]
      .reduce((commands, add) => add(commands, context), line)
      .demandCommand(1, 'a command is needed; see agentainer workflow --help'),
  );
