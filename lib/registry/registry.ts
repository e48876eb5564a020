/** What registers a model with its evidence and approves it by policy. */
import { Construct } from 'constructs';
import { allowData, bindBus, bindCatalog, type PlatformContext } from '../shared/platform-context.ts';
import { PlatformFunction } from '../shared/platform-function.ts';

export class Registry extends Construct {
  readonly register: PlatformFunction;

  constructor(scope: Construct, context: PlatformContext) {
    super(scope, 'registry');
    const { names } = context;
    this.register = new PlatformFunction(this, 'register-model', context, {
      description: 'Registers a model package with its evidence, and approves it where the policy says so',
      invokedBy: 'workflow',
    });
    bindCatalog(this.register, context, 'get', 'put');
    bindBus(this.register, context);
    allowData(this.register, context, { read: ['runs/*', 'settings/*'] });
    this.register.allow({
      sid: 'RegisterModels',
      actions: [
        'sagemaker:CreateModelPackage',
        'sagemaker:DescribeModelPackage',
        'sagemaker:UpdateModelPackage',
      ],
      resources: [
        names.arn('sagemaker', `model-package-group/driftless-${names.stage}-*`),
        names.arn('sagemaker', `model-package/driftless-${names.stage}-*`),
      ],
      because: 'Groups belong to projects, which are deployed later; versions are numbered by SageMaker.',
    });
  }
}
