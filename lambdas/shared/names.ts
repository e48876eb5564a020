/**
 * Every physical name of a stage: stacks, handlers and the CLI know each other by these and by nothing else.
 * Imports nothing: at synth, account and region are CloudFormation tokens.
 */
export interface Place {
  readonly account: string;
  readonly region: string;
  /** @default aws */
  readonly partition?: string;
}

/** Length and form are checked by the config schema, so that no name here can be too long. */
export class Names {
  readonly stage: string;
  private readonly place: Required<Place>;

  constructor(stage: string, place: Place) {
    this.stage = stage;
    this.place = { partition: 'aws', ...place };
  }

  private of(suffix: string): string {
    return `driftless-${this.stage}-${suffix}`;
  }

  readonly platformStack = () => this.of('platform');
  readonly projectStack = (project: string) => this.of(project);
  readonly keyAlias = () => `alias/driftless-${this.stage}`;
  /** SSM parameter that holds the stage key's ARN, for policies of other stacks. */
  readonly keyArnParameter = () => `/driftless/${this.stage}/key-arn`;
  readonly bus = () => `driftless-${this.stage}`;
  readonly catalog = () => this.of('catalog');
  readonly topic = () => this.of('notifications');
  readonly function = (handler: string) => this.of(handler);
  readonly stateMachine = (workflow: 'ingest' | 'training' | 'rollout') => this.of(workflow);
  readonly queue = (queue: 'failed-invocations' | 'undelivered-events') => this.of(queue);
  readonly schedulerRole = () => this.of('scheduler');
  readonly auditBucket = () => `driftless-${this.stage}-audit-${this.place.account}-${this.place.region}`;
  readonly accessLogBucket = () => `driftless-${this.stage}-logs-${this.place.account}-${this.place.region}`;
  readonly dataBucket = (project: string) =>
    `driftless-${this.stage}-${project}-data-${this.place.account}-${this.place.region}`;
  readonly executionRole = (project: string) => this.of(`${project}-execution`);
  readonly modelPackageGroup = (project: string) => this.of(project);
  readonly endpoint = (project: string) => this.of(project);
  readonly alarm = (project: string, alarm: ProjectAlarm) => this.of(`${project}-${alarm}`);
  readonly platformAlarm = (alarm: string) => this.of(alarm);
  readonly monitorSchedule = (project: string) => this.of(`${project}-monitor`);
  readonly retrainingSchedule = (project: string) => this.of(`${project}-retraining`);
  readonly retrainingTrigger = (project: string, index: number) => this.of(`${project}-retraining-${index}`);

  arn(service: string, resource: string): string {
    return `arn:${this.place.partition}:${service}:${this.place.region}:${this.place.account}:${resource}`;
  }

  /** ARN of the projects' data buckets, or of keys in them. */
  dataBucketArn(key?: string, project = '*'): string {
    return `arn:${this.place.partition}:s3:::${this.dataBucket(project)}${key === undefined ? '' : `/${key}`}`;
  }

  roleArn(role: string): string {
    return `arn:${this.place.partition}:iam::${this.place.account}:role/${role}`;
  }
}

export const PROJECT_ALARMS = ['drift', 'quality', 'data-quality', 'smoke-test', '5xx', 'latency'] as const;
/** Those that ask for a better model. */
export const RETRAINING_ALARMS = ['drift', 'quality'] as const satisfies readonly ProjectAlarm[];
export type ProjectAlarm = (typeof PROJECT_ALARMS)[number];
