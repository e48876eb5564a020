/** List prices in us-east-1, in dollars. The pages are those of 2026; prices change, the counts beside them do not. */

export interface Price {
  readonly dollars: number;
  /** What the dollars buy. */
  readonly per: number;
  readonly unit: string;
  readonly source: string;
}

export const PRICES = {
  transitions: {
    dollars: 0.025,
    per: 1000,
    unit: 'state transitions (Standard workflows)',
    source: 'https://aws.amazon.com/step-functions/pricing/',
  },
  gigabyteSeconds: {
    dollars: 0.0000166667,
    per: 1,
    unit: 'GB-seconds of Lambda (x86)',
    source: 'https://aws.amazon.com/lambda/pricing/',
  },
  invocations: {
    dollars: 0.2,
    per: 1_000_000,
    unit: 'Lambda requests',
    source: 'https://aws.amazon.com/lambda/pricing/',
  },
  s3Writes: {
    dollars: 0.005,
    per: 1000,
    unit: 'S3 PUT, COPY, POST and LIST requests',
    source: 'https://aws.amazon.com/s3/pricing/',
  },
  s3Reads: {
    dollars: 0.0004,
    per: 1000,
    unit: 'S3 GET, HEAD and other requests',
    source: 'https://aws.amazon.com/s3/pricing/',
  },
  tableWrites: {
    dollars: 0.625,
    per: 1_000_000,
    unit: 'DynamoDB writes on demand (one unit each; two in a transaction)',
    source: 'https://aws.amazon.com/dynamodb/pricing/on-demand/',
  },
  tableReads: {
    dollars: 0.125,
    per: 1_000_000,
    unit: 'DynamoDB reads on demand (one unit each)',
    source: 'https://aws.amazon.com/dynamodb/pricing/on-demand/',
  },
  events: {
    dollars: 1,
    per: 1_000_000,
    unit: 'events of our own on EventBridge',
    source: 'https://aws.amazon.com/eventbridge/pricing/',
  },
  keyRequests: {
    dollars: 0.03,
    per: 10_000,
    unit: 'KMS requests',
    source: 'https://aws.amazon.com/kms/pricing/',
  },
} as const satisfies Record<string, Price>;

export type Meter = keyof typeof PRICES;

/** Of what a run asks SageMaker for; billed by the second. */
export const INSTANCE_HOUR = {
  name: 'ml.m5.large',
  dollars: 0.115,
  source: 'https://aws.amazon.com/sagemaker/ai/pricing/',
} as const;
