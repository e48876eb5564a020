import { resolve } from 'node:path';
import { defineConfig } from 'vitest/config';

/** Whole clouds with deployments and training: after the rest, so that neither slows the other down. */
const LOOP = [
  'test/local/**/*.test.ts',
  'examples/**/*.test.ts',
  'localstack/conformance/cdk/*.test.ts',
  'localstack/conformance/sagemaker-sdk/*.test.ts',
];

/** Every local cloud of a run writes here which operations it was asked for: `npm run cloud:lists` reads it. */
const USED_FILE = resolve('node_modules/.cache/local-cloud/used-operations.txt');

export default defineConfig({
  test: {
    maxWorkers: 2,
    // Node 20 is supported here for as long as it is installed; the SDK's notice would drown the results.
    env: { AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true', LOCAL_CLOUD_USED_FILE: USED_FILE },
    globalSetup: './localstack/testing/forget-used-operations.ts',
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          include: ['test/**/*.test.ts', 'localstack/**/*.test.ts'],
          exclude: LOOP,
          testTimeout: 30_000,
          hookTimeout: 60_000,
          sequence: { groupOrder: 0 },
        },
      },
      {
        extends: true,
        test: {
          name: 'loop',
          include: LOOP,
          testTimeout: 120_000,
          hookTimeout: 600_000,
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
});
