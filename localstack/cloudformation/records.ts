/** What is kept about stacks. Times are epoch milliseconds on the cloud's clock. */
import type { Change, ResourceStatus, StackStatus } from '@aws-sdk/client-cloudformation';
import type { Principal } from '../core/principal.ts';
import type { Attributes } from './resources/handler.ts';
import type { ParameterValue } from './template/parameters.ts';
import type { JsonObject } from './template/template.ts';

export interface OutputRecord {
  readonly key: string;
  readonly value: string;
  readonly description?: string;
  readonly exportName?: string;
}

/** What an operation makes of a stack; a rollback goes back to the one before. */
export interface StackContent {
  readonly templateBody: string;
  readonly parameters: readonly ParameterValue[];
  readonly tags: Readonly<Record<string, string>>;
  readonly capabilities: readonly string[];
  readonly description?: string;
}

export interface ResourceRecord {
  readonly logicalId: string;
  readonly type: string;
  /** Absent until there is something to delete. */
  readonly physicalId?: string;
  readonly status: ResourceStatus;
  readonly statusReason?: string;
  readonly timestamp: number;
  /** Evaluated and converted. */
  readonly properties: JsonObject;
  readonly attributes: Attributes;
  readonly deletionPolicy: string;
  readonly updateReplacePolicy: string;
  /** Logical ids that must outlive this resource. */
  readonly dependencies: readonly string[];
  /** JSON of the metadata attribute. */
  readonly metadata?: string;
}

/** A resource that an operation has touched, for its rollback; the first entry of a resource counts. */
export interface JournalEntry {
  readonly logicalId: string;
  /** The resource as it was; absent when the operation has made it. */
  readonly before?: ResourceRecord;
}

/** What it takes to roll back, kept while a stack waits for that. */
export interface PendingRollback {
  readonly content: StackContent;
  readonly outputs: readonly OutputRecord[];
  readonly journal: readonly JournalEntry[];
}

export interface StackRecord {
  readonly stackId: string;
  readonly stackName: string;
  readonly status: StackStatus;
  readonly statusReason?: string;
  readonly creationTime: number;
  readonly lastUpdatedTime?: number;
  readonly deletionTime?: number;
  readonly content: StackContent;
  readonly outputs: readonly OutputRecord[];
  readonly imports: readonly string[];
  readonly roleArn?: string;
  readonly disableRollback: boolean;
  readonly terminationProtection: boolean;
  readonly changeSetId?: string;
  readonly pendingRollback?: PendingRollback;
}

export interface ChangeSetRecord {
  readonly changeSetId: string;
  readonly name: string;
  readonly stackId: string;
  readonly stackName: string;
  readonly type: 'CREATE' | 'UPDATE';
  readonly description?: string;
  readonly creationTime: number;
  readonly status: 'CREATE_COMPLETE' | 'FAILED';
  readonly statusReason?: string;
  readonly executionStatus:
    | 'AVAILABLE'
    | 'UNAVAILABLE'
    | 'EXECUTE_IN_PROGRESS'
    | 'EXECUTE_COMPLETE'
    | 'EXECUTE_FAILED'
    | 'OBSOLETE';
  readonly content: StackContent;
  readonly roleArn?: string;
  readonly disableRollback: boolean;
  readonly changes: readonly Change[];
}

export interface EventRecord {
  readonly eventId: string;
  readonly stackId: string;
  readonly stackName: string;
  readonly logicalId: string;
  readonly physicalId: string;
  readonly type: string;
  readonly timestamp: number;
  readonly status: ResourceStatus | StackStatus;
  readonly reason?: string;
  readonly properties?: string;
  readonly clientRequestToken?: string;
  readonly operationId?: string;
}

/** Who an operation's calls are made as, before the stack's role is assumed. */
export interface Caller {
  readonly principal: Principal;
  readonly clientRequestToken?: string;
}
