/** What may start a run of a project, how often, and at what price. Type only. */

export interface RetrainingSettings {
  readonly onDataset: boolean;
  readonly onCodeChange: boolean;
  readonly onAlarm: boolean;
  /** Asks for a run again and again: `rate(…)` or `cron(…)`, UTC. @default - never */
  readonly schedule?: string;
  /** Events of the account's default bus that ask for a run. @default - none */
  readonly onEvents?: readonly EventTrigger[];
  /** Between the start of a run and that of one that an alarm asks for: what a person or an upload asks is not held back. */
  readonly cooldownHours: number;
  /** The cooldown doubles with every run of an alarm that brought no better model, up to this. @default - 8 cooldowns */
  readonly maximumCooldownHours?: number;
  readonly minimumNewLabels: number;
  readonly maximumRunsPerDay: number;
  /** UTC months. @default - as many as the days allow */
  readonly maximumRunsPerMonth?: number;
  /** @default - money is not counted */
  readonly cost?: CostSettings;
}

/** Matched as EventBridge matches `source`, `detail-type` and `detail`. */
export interface EventTrigger {
  readonly source: string;
  readonly detailType: string;
  readonly detail?: Readonly<Record<string, unknown>>;
}

/** In US dollars. The price of a run is an estimate that a person states: what SageMaker bills is known later only. */
export interface CostSettings {
  readonly usdPerRun: number;
  readonly maximumUsdPerDay?: number;
  readonly maximumUsdPerMonth?: number;
}
