/**
 * Takes the place of the SDK's event streams in the bundles: no handler calls an operation that streams events, such as
 * SelectObjectContent. The SDK loads them by an `import()` in the middle of its core; in a bundle of one file that keeps
 * all of the core from being tree-shaken, so that they cost about 20 KB of every bundle.
 */

/** Same names as the SDK's, which its clients import. */
export const eventStreamSerdeProvider = (): undefined => undefined;

export const resolveEventStreamSerdeConfig = <Config>(config: Config): Config => config;

export class EventStreamSerde {
  constructor() {
    throw new Error(
      'the bundles have no event streams: to call an operation that streams events, remove the alias in lambdas/bundle.ts',
    );
  }
}
