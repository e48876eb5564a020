/**
 * AWS clients, one of each a process. Marked pure so that a bundle carries only the clients that it uses.
 *
 * Region, credentials and endpoint come from the usual environment of the SDK and from nowhere else.
 */
import { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { S3Client } from '@aws-sdk/client-s3';
import { SageMakerClient } from '@aws-sdk/client-sagemaker';
import { SageMakerRuntimeClient } from '@aws-sdk/client-sagemaker-runtime';
import { SFNClient } from '@aws-sdk/client-sfn';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';

export const s3 = /* @__PURE__ */ new S3Client({});
export const documents = /* @__PURE__ */ DynamoDBDocumentClient.from(/* @__PURE__ */ new DynamoDBClient({}), {
  marshallOptions: { removeUndefinedValues: true },
});
export const eventBridge = /* @__PURE__ */ new EventBridgeClient({});
export const cloudWatch = /* @__PURE__ */ new CloudWatchClient({});
export const sagemaker = /* @__PURE__ */ new SageMakerClient({});
export const sagemakerRuntime = /* @__PURE__ */ new SageMakerRuntimeClient({});
export const lambda = /* @__PURE__ */ new LambdaClient({});
export const stepFunctions = /* @__PURE__ */ new SFNClient({});
