/** Custom::* and AWS::CloudFormation::CustomResource, served by a Lambda function. */
import { randomUUID } from 'node:crypto';
import { NotImplementedByLocalCloud } from '../../core/errors.ts';
import { expectResponse } from '../custom-resource-response.ts';
import { ResourceFailure } from '../errors.ts';
import { isObject, type Json, type JsonObject } from '../template/template.ts';
import { type Attributes, defineResource, type Physical, type ResourceContext, updates } from './handler.ts';

const DEFAULT_TIMEOUT_SECONDS = 3600;
const MAX_PHYSICAL_ID_LENGTH = 128;
/** @see https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/crpg-ref-responses.html */
const MAX_ANSWER_BYTES = 4096;

const NO_RESPONSE = (requestId: string) =>
  `CloudFormation did not receive a response from your Custom Resource. Please check your logs for requestId [${requestId}]. If you are using the Python cfn-response module, you may need to update your Lambda function code so that CloudFormation can attach the updated version.`;

interface Answer {
  readonly Status?: string;
  readonly Reason?: string;
  readonly PhysicalResourceId?: string;
  readonly Data?: JsonObject;
}

// CloudFormation hands numbers and booleans to custom resources as text
function asText(value: Json): Json {
  if (Array.isArray(value)) return value.map(asText);
  if (isObject(value)) {
    return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, asText(member)]));
  }
  return value === null ? value : String(value);
}

async function whenAnswered(body: Promise<string>, timeoutSeconds: number, context: ResourceContext) {
  let giveUp = () => {};
  const timeout = new Promise<undefined>((resolve) => {
    giveUp = () => resolve(undefined);
  });
  const label = `custom resource ${context.logicalId} to answer`;
  const timer = context.clock.after(timeoutSeconds * 1000, label, giveUp);
  try {
    return await context.clock.waitFor(Promise.race([body, timeout]));
  } finally {
    timer.cancel();
  }
}

function parseAnswer(text: string): Answer {
  if (Buffer.byteLength(text) > MAX_ANSWER_BYTES) throw new ResourceFailure('Response object is too long.');
  try {
    const answer: unknown = JSON.parse(text);
    if (isObject(answer)) return answer as Answer;
  } catch {
    // said below, in CloudFormation's words
  }
  throw new ResourceFailure(
    'Invalid response object from custom resource: the response is not a JSON object',
  );
}

async function request(
  RequestType: 'Create' | 'Update' | 'Delete',
  properties: JsonObject,
  extra: object,
  context: ResourceContext,
): Promise<{ physicalId: string; attributes: Attributes }> {
  const ServiceToken = String(properties.ServiceToken);
  if (!/^arn:aws:lambda:/.test(ServiceToken)) {
    throw new NotImplementedByLocalCloud(
      `ServiceToken ${ServiceToken} of ${context.type}: only Lambda functions`,
    );
  }
  const RequestId = randomUUID();
  const response = expectResponse(context);
  const event = {
    RequestType,
    ServiceToken,
    ResponseURL: response.url,
    StackId: context.stackId,
    RequestId,
    LogicalResourceId: context.logicalId,
    ResourceType: context.type,
    ...extra,
    ResourceProperties: asText(properties),
  };
  try {
    const Payload = Buffer.from(JSON.stringify(event));
    await context.call('lambda', 'Invoke', { FunctionName: ServiceToken, InvocationType: 'Event', Payload });
    const seconds = Number(properties.ServiceTimeout ?? DEFAULT_TIMEOUT_SECONDS);
    const body = await whenAnswered(response.body, seconds, context);
    if (body === undefined) throw new ResourceFailure(NO_RESPONSE(RequestId));
    return readAnswer(parseAnswer(body), RequestType, RequestId, context);
  } finally {
    response.close();
  }
}

function readAnswer(answer: Answer, requestType: string, requestId: string, context: ResourceContext) {
  const physicalId = answer.PhysicalResourceId;
  if (answer.Status === 'FAILED') {
    if (physicalId && requestType === 'Create') context.created(physicalId);
    throw new ResourceFailure(
      `Received response status [FAILED] from custom resource. Message returned: ${answer.Reason ?? ''} (RequestId: ${requestId})`,
    );
  }
  if (answer.Status !== 'SUCCESS') {
    throw new ResourceFailure(`Invalid response object: Value of property Status must be SUCCESS or FAILED`);
  }
  if (!physicalId && requestType !== 'Delete') {
    throw new ResourceFailure(
      'Invalid response object: Value of property PhysicalResourceId must be a String',
    );
  }
  return { physicalId: physicalId ?? '', attributes: answer.Data ?? {} };
}

/** The handler of one custom type; every type starting with `Custom::` is served alike. */
export function customResource(type: string) {
  return defineResource({
    type,
    properties: { ServiceToken: updates('string'), ServiceTimeout: updates('integer') },
    required: ['ServiceToken'],
    attributes: 'any',
    takesAnyProperty: true,
    async create(properties, context): Promise<Physical> {
      // a function that never answers may have made something all the same: it will be asked to delete under this id
      context.reserve(context.name({ maxLength: MAX_PHYSICAL_ID_LENGTH }));
      return request('Create', properties as JsonObject, {}, context);
    },
    async update({ physicalId, previous, next }, context): Promise<Physical> {
      if (previous.ServiceToken !== next.ServiceToken) {
        throw new ResourceFailure('Modifying service token is not allowed.');
      }
      const extra = { PhysicalResourceId: physicalId, OldResourceProperties: asText(previous as JsonObject) };
      return request('Update', next as JsonObject, extra, context);
    },
    async delete({ physicalId }, properties, context) {
      await request('Delete', properties as JsonObject, { PhysicalResourceId: physicalId }, context);
    },
  });
}
