/** What is kept of Map Runs: the runs of distributed Map states. */
import type { MapRunStatus } from '@aws-sdk/client-sfn';

/** What a child execution knows of its Map Run. */
export interface MapChild {
  readonly mapRunArn: string;
  /** Items in its input. */
  readonly itemCount: number;
  readonly isExpress: boolean;
}

/** Limits of a Map Run that UpdateMapRun changes while it runs. */
export interface MapRunLimits {
  /** 0 for AWS's own limit. */
  readonly maxConcurrency: number;
  readonly toleratedFailureCount: number;
  /** 0 to 100. */
  readonly toleratedFailurePercentage: number;
}

/** A Map Run, under way or ended. */
export interface MapRunRecord extends MapRunLimits {
  readonly arn: string;
  /** The execution whose Map state runs. */
  readonly executionArn: string;
  /** ARN of the state machine with the state's label, as child executions have it. */
  readonly stateMachineArn: string;
  readonly label: string;
  readonly isExpress: boolean;
  readonly status: MapRunStatus;
  readonly startDate: Date;
  readonly stopDate?: Date;
  readonly redriveCount: number;
  readonly redriveDate?: Date;
  /** The results of its child executions have been written to S3 or handed on. */
  readonly areResultsWritten: boolean;
  /** Files of successes that it has written, in redrives before this attempt too. */
  readonly succeededFiles?: readonly ResultFile[];
}

/** A file in S3 that a manifest names; its size in bytes. */
export interface ResultFile {
  readonly Key: string;
  readonly Size: number;
}

/** The input of one child execution. */
export interface ChildInput {
  /** JSON text. */
  readonly input: string;
  readonly itemCount: number;
}
