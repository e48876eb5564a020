/** Items of the catalog about runs: who asks for one, the controller's state, what became of it. Types only. */

/** Asks for a run. `id` makes it one run however often the event arrives. */
export interface RunRequest {
  readonly id: string;
  readonly kind: 'dataset' | 'code' | 'alarm' | 'schedule' | 'event' | 'manual';
  readonly reason: string;
  /** Reasons of requests that it stands for, oldest first. */
  readonly also?: readonly string[];
  readonly requestedAt: string;
  readonly alarmName?: string;
  /** Version to train on, asked for by a person. @default - the head when the run starts */
  readonly datasetVersion?: number;
  /** Settings of this run alone, by path: see `run-overrides.ts`. @default - as deployed */
  readonly overrides?: Readonly<Record<string, string>>;
}

/** From an alarm to the outcome of the run that answered it. */
export interface Episode {
  readonly alarmName: string;
  readonly openedAt: string;
  readonly reason: string;
  /** The run that answers it. */
  readonly run?: string;
}

export interface ControllerItem {
  /**
   * Present while a run is in progress. Won by a conditional write, released by `finish-run`. The run's name is the
   * fencing token: no two runs are named alike, and a run whose lock another has taken over registers nothing.
   */
  readonly lock?: {
    readonly run: string;
    readonly since: string;
    /** No run can last longer: after it another may take the lock over. */
    readonly leaseUntil?: string;
  };
  /** Set by a person: only a person's requests start runs. */
  readonly paused?: { readonly by: string; readonly reason: string; readonly at: string };
  /** When a person paused or resumed last. ISO 8601. */
  readonly switchedAt?: string;
  /** Requests that met a guard; looked at again when a run ends, labels arrive, or the sweep passes. Newest last. */
  readonly pending: readonly RunRequest[];
  /** Ids of requests that were answered, newest last, at most 100: a duplicate event changes nothing. */
  readonly answered: readonly string[];
  readonly lastRun?: { readonly run: string; readonly startedAt: string; readonly finishedAt?: string };
  readonly runsToday?: { readonly day: string; readonly count: number };
  readonly runsThisMonth?: { readonly month: string; readonly count: number };
  /** Alarms that ask for a better model, until it is known what came of it. */
  readonly episodes?: readonly Episode[];
  /** Runs of alarms in a row that brought no better model; the last of them. */
  readonly losses?: { readonly count: number; readonly run: string };
}

export type RunStatus = 'InProgress' | 'Registered' | 'RejectedByGate' | 'Failed';

export interface RunItem {
  readonly run: string;
  readonly status: RunStatus;
  readonly request: RunRequest;
  readonly executionArn: string;
  readonly startedAt: string;
  readonly finishedAt?: string;
  readonly datasetVersion?: number;
  readonly settingsDigest: string;
  readonly codeDigest: string;
  readonly trainingJobName?: string;
  /** The earlier run whose model this one took over, because it was trained on the same. */
  readonly reusedFrom?: string;
  /** SageMaker model made to score the challenger; named here so that a teardown finds it. */
  readonly modelName?: string;
  readonly modelPackageArn?: string;
  readonly modelVersion?: number;
  /** SageMaker's FailureReason or the gate's sentence. */
  readonly failureReason?: string;
  /** When the bus was told of the end: whoever finds it need not tell again. */
  readonly toldAt?: string;
}

/** An artifact that a later run may take over. */
export interface TrainedItem {
  readonly digest: string;
  readonly run: string;
  readonly trainingJobName: string;
  readonly modelDataUrl: string;
  readonly trainedAt: string;
}

/** The last tuning job that ended well. */
export interface TunedItem {
  readonly tuningJobName: string;
  readonly run: string;
}
