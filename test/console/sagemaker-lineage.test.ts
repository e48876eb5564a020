import {
  AddAssociationCommand,
  CreateActionCommand,
  CreateArtifactCommand,
  CreateContextCommand,
  SageMakerClient,
} from '@aws-sdk/client-sagemaker';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { LineageTree } from '../../console/client/lineage.ts';
import { lineageSource, sagemakerLineageOf } from '../../console/client/sagemaker-lineage.ts';
import { Names } from '../../lambdas/shared/names.ts';
import { type RunningCloud, startCloud } from '../../localstack/testing/start-cloud.ts';

const names = new Names('test', { account: '000000000000', region: 'us-east-1' });
const PACKAGE = 'arn:aws:sagemaker:us-east-1:000000000000:model-package/driftless-test-flights/7';
const ENDPOINT = 'arn:aws:sagemaker:us-east-1:000000000000:endpoint/shop';
const DATA = 's3://data/datasets/2/manifest.json';

let running: RunningCloud;
let place: Parameters<typeof sagemakerLineageOf>[0];
const labels = (trees: readonly LineageTree[]): unknown[] =>
  trees.map(({ node, next }) => [node.label, ...labels(next)]);

beforeAll(async () => {
  running = await startCloud({ services: ['sagemaker', 's3', 'events', 'kms', 'logs', 'cloudwatch', 'sns'] });
  place = { sagemaker: new SageMakerClient(running.clientConfig), names, project: 'flights', bucket: 'data' };
  const { sagemaker } = place;
  const artifact = async (SourceUri: string, ArtifactType: string) => {
    const request = new CreateArtifactCommand({ Source: { SourceUri }, ArtifactType });
    return (await sagemaker.send(request)).ArtifactArn!;
  };
  const data = await artifact(DATA, 'DataSet');
  const action = { ActionName: 'run', ActionType: 'TrainingRun', Source: { SourceUri: 'run' } };
  const run = (await sagemaker.send(new CreateActionCommand(action))).ActionArn!;
  const model = await artifact(PACKAGE, 'ModelPackage');
  const context = { ContextName: 'shop', ContextType: 'Endpoint', Source: { SourceUri: ENDPOINT } };
  const endpoint = (await sagemaker.send(new CreateContextCommand(context))).ContextArn!;
  for (const [SourceArn, DestinationArn] of [
    [data, run],
    [run, model],
    [model, endpoint],
    // by a person, and a circle
    [endpoint, run],
  ]) {
    await sagemaker.send(new AddAssociationCommand({ SourceArn, DestinationArn }));
  }
});
afterAll(() => running.stop());

describe("SageMaker's lineage", () => {
  it('of a model goes both ways, and ends on a circle', async () => {
    const found = await sagemakerLineageOf(place, { kind: 'model', modelVersion: 7 });
    expect(found!.subject).toMatchObject({
      label: `ModelPackage ${PACKAGE}`,
      facts: { arn: expect.stringContaining(':artifact/') },
    });
    expect(labels(found!.madeOf)).toEqual([
      ['TrainingRun run', [`DataSet ${DATA}`], [`Endpoint ${ENDPOINT}`]],
    ]);
    expect(labels(found!.ledTo)).toEqual([[`Endpoint ${ENDPOINT}`, ['TrainingRun run']]]);
  });

  it('finds datasets by manifest and endpoints by ARN', async () => {
    const dataset = await sagemakerLineageOf(place, { kind: 'dataset', version: 2 });
    expect(labels(dataset!.ledTo)).toEqual([
      ['TrainingRun run', [`ModelPackage ${PACKAGE}`, [`Endpoint ${ENDPOINT}`]]],
    ]);
    const endpoint = await sagemakerLineageOf(place, { kind: 'endpoint', endpointName: 'shop' });
    expect(endpoint!.subject.label).toBe(`Endpoint ${ENDPOINT}`);
  });

  it('has nothing of what was never written to it', async () => {
    expect(await sagemakerLineageOf(place, { kind: 'model', modelVersion: 8 })).toBeUndefined();
    expect(lineageSource(place, { kind: 'model', modelVersion: 8 })).toBe(PACKAGE.replace(/7$/, '8'));
  });
});
