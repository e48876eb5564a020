/**
 * The wire shapes of Cloud Control API, as far as it is here, in the form of the SDK's schemas: operations are 9,
 * structures 3, client errors -3; member types are 0 for text and 4 for times; the last number counts required members.
 * @see https://docs.aws.amazon.com/cloudcontrolapi/latest/APIReference/API_UpdateResource.html
 */
const NAMESPACE = 'com.amazonaws.cloudcontrol';
const CLIENT_ERROR = { error: 'client', httpError: 400 };

const UPDATE_RESOURCE_INPUT = [
  3,
  NAMESPACE,
  'UpdateResourceInput',
  0,
  ['TypeName', 'Identifier', 'PatchDocument', 'TypeVersionId', 'RoleArn', 'ClientToken'],
  [0, 0, 0, 0, 0, [0, 4]],
  3,
];

const PROGRESS_EVENT = [
  3,
  NAMESPACE,
  'ProgressEvent',
  0,
  ['TypeName', 'Identifier', 'RequestToken', 'Operation', 'OperationStatus', 'EventTime', 'ResourceModel'],
  [0, 0, 0, 0, 0, 4, 0],
];

const UPDATE_RESOURCE_OUTPUT = [
  3,
  NAMESPACE,
  'UpdateResourceOutput',
  0,
  ['ProgressEvent'],
  [() => PROGRESS_EVENT],
];

export const updateResource = [
  9,
  NAMESPACE,
  'UpdateResource',
  0,
  () => UPDATE_RESOURCE_INPUT,
  () => UPDATE_RESOURCE_OUTPUT,
];

const errorShape = (name: string) => [-3, NAMESPACE, name, CLIENT_ERROR, ['Message'], [0]];

export const generalServiceException = errorShape('GeneralServiceException');
export const invalidRequestException = errorShape('InvalidRequestException');
export const notUpdatableException = errorShape('NotUpdatableException');
export const resourceNotFoundException = errorShape('ResourceNotFoundException');
