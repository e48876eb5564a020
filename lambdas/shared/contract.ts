/** Names that constructs and handlers share. Imports nothing at run time. */

/** Environment variables; each is set by the construct that grants what it stands for. */
export const ENV = {
  stage: 'DRIFTLESS_STAGE',
  catalogTable: 'CATALOG_TABLE',
  eventBus: 'EVENT_BUS',
  auditBucket: 'AUDIT_BUCKET',
  ingestStateMachine: 'INGEST_STATE_MACHINE_ARN',
  trainingStateMachine: 'TRAINING_STATE_MACHINE_ARN',
  rolloutStateMachine: 'ROLLOUT_STATE_MACHINE_ARN',
  /** Where the trainer's code asset and the settings asset are read from: the bootstrap's asset bucket. */
  assetBucket: 'ASSET_BUCKET',
} as const;

/** Error names that state machines retry or catch on. */
export const ERROR = {
  retryable: 'RetryableError',
  nonRetryable: 'NonRetryableError',
} as const;

/** CloudWatch namespace and the few metrics published; dimensions `Stage` and `Project`. */
export const METRIC_NAMESPACE = 'Driftless';
export const METRIC = {
  /** 1 when a judged window's drift verdict is FAIL, else 0. Not emitted for INSUFFICIENT_DATA. */
  driftAlert: 'DriftAlert',
  /** Features whose verdict is FAIL over those that were judged, 0..1. */
  driftedShare: 'DriftedShare',
  /** PSI of the feature that drifted most. */
  worstPsi: 'WorstPsi',
  /** 1 when inputs are broken: values missing or of another type, rows of another form. Else 0. */
  dataQualityAlert: 'DataQualityAlert',
  /** Captured rows of the window; 0 for one in which the model in production answered nothing. */
  rows: 'WindowRows',
  /** PSI of the prediction column. */
  predictionPsi: 'PredictionPsi',
  /** 1 when quality fell below the holdout's by more than the margin, by interval. Not emitted without labels enough. */
  qualityAlert: 'QualityAlert',
  /** Realized value of the project's quality metric. Not emitted without labels enough. */
  modelQuality: 'ModelQuality',
  /** The same metric expected by the scores alone, before labels come. */
  estimatedQuality: 'EstimatedQuality',
  /** 0..1. */
  labelCoverage: 'LabelCoverage',
  /** 1 when an answer in the bake differs from its evaluated score by more than the tolerance, else 0. */
  smokeTestFailure: 'SmokeTestFailure',
} as const;
