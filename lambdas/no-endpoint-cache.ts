/**
 * Takes the place of the cache of DynamoDB's discovered endpoints in the bundles, about 8 KB of each. Discovery is off
 * unless `AWS_ENABLE_ENDPOINT_DISCOVERY` is set, which no function's environment does.
 * @see https://docs.aws.amazon.com/sdkref/latest/guide/feature-endpoint-discovery.html
 */

/** Same name as the SDK's; its middleware makes one with every client and asks it only once discovery is on. */
export class EndpointCache {
  getEndpoint(): never {
    return refuse();
  }
  get(): never {
    return refuse();
  }
  set(): never {
    return refuse();
  }
  delete(): never {
    return refuse();
  }
}

function refuse(): never {
  throw new Error(
    'the bundles have no endpoint discovery: unset AWS_ENABLE_ENDPOINT_DISCOVERY, or remove the alias in lambdas/bundle.ts',
  );
}
