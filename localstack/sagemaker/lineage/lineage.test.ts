import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type SageMakerFixture, sagemakerFixture } from '../testing.ts';

let fixture: SageMakerFixture;
const ACCOUNT = 'arn:aws:sagemaker:us-east-1:000000000000';
const NOWHERE = `${ACCOUNT}:action/nowhere`;

beforeAll(async () => {
  fixture = await sagemakerFixture();
});

afterAll(() => fixture.stop());

const artifact = async (SourceUri: string, ArtifactType: string, more: object = {}) => {
  const input = { Source: { SourceUri }, ArtifactType, ...more };
  const { ArtifactArn } = await fixture.run<{ ArtifactArn: string }>('CreateArtifact', input);
  return ArtifactArn;
};
const action = async (ActionName: string, more: object = {}) => {
  const input = { ActionName, ActionType: 'Run', Source: { SourceUri: 'run' }, ...more };
  return (await fixture.run<{ ActionArn: string }>('CreateAction', input)).ActionArn;
};
const context = async (ContextName: string) => {
  const input = { ContextName, ContextType: 'Endpoint', Source: { SourceUri: `endpoint/${ContextName}` } };
  return (await fixture.run<{ ContextArn: string }>('CreateContext', input)).ContextArn;
};
const associate = (SourceArn: string, DestinationArn: string, AssociationType?: string) =>
  fixture.run('AddAssociation', { SourceArn, DestinationArn, AssociationType });

describe('an artifact', () => {
  it('is one for each source, under the source hash, with what it was given', async () => {
    const Source = {
      SourceUri: 's3://data/one',
      SourceTypes: [{ SourceIdType: 'Custom' as const, Value: 'v1' }],
    };
    const given = { ArtifactName: 'one', ArtifactType: 'DataSet', Properties: { rows: '3' } };
    const { ArtifactArn } = await fixture.run<{ ArtifactArn: string }>('CreateArtifact', {
      ...given,
      Source,
    });
    expect(ArtifactArn).toMatch(new RegExp(`^${ACCOUNT}:artifact/[0-9a-f]{32}$`));
    expect(await fixture.run('DescribeArtifact', { ArtifactArn })).toMatchObject({
      ...given,
      ArtifactArn,
      Source,
    });
    await expect(artifact('x', 'DataSet', { ...given, ArtifactName: 'two', Source })).rejects.toMatchObject({
      code: 'ValidationException',
      message: expect.stringContaining(ArtifactArn),
    });
    await expect(artifact('s3://data/other', 'DataSet', { ArtifactName: 'one' })).rejects.toThrow(
      'Artifact one already exists.',
    );
    // another version of the same object is another artifact
    expect(await artifact('s3://data/one', 'DataSet')).not.toBe(ArtifactArn);
    await fixture.run('DeleteArtifact', { Source });
    await expect(fixture.run('DescribeArtifact', { ArtifactArn })).rejects.toMatchObject({
      code: 'ResourceNotFound',
    });
  });

  it('is listed by source, type and page', async () => {
    for (const name of ['l1', 'l2', 'l3']) await artifact(`s3://list/${name}`, 'Listed');
    const first = await fixture.run<{ ArtifactSummaries: object[]; NextToken?: string }>('ListArtifacts', {
      ArtifactType: 'Listed',
      MaxResults: 2,
    });
    expect(first.ArtifactSummaries).toHaveLength(2);
    const rest = await fixture.run<{ ArtifactSummaries: object[]; NextToken?: string }>('ListArtifacts', {
      ArtifactType: 'Listed',
      NextToken: first.NextToken,
    });
    expect(rest.ArtifactSummaries).toHaveLength(1);
    expect(rest.NextToken).toBeUndefined();
    expect(await fixture.run('ListArtifacts', { SourceUri: 's3://list/l2' })).toMatchObject({
      ArtifactSummaries: [{ Source: { SourceUri: 's3://list/l2' }, ArtifactType: 'Listed' }],
    });
    expect(await fixture.run('ListArtifacts', { SourceUri: 's3://list/none' })).toEqual({
      ArtifactSummaries: [],
    });
  });

  it.each([
    ['a member that is missing', { ArtifactType: 'DataSet' }, "at 'source'"],
    [
      '31 properties',
      { Properties: Object.fromEntries([...Array(31).keys()].map((key) => [`k${key}`, ''])) },
      '30',
    ],
    ['a value of 4097 characters', { Properties: { k: 'x'.repeat(4097) } }, '4096'],
    ['a type of 257 characters', { ArtifactType: 'x'.repeat(257) }, '256'],
    [
      'a kind of source that is not there',
      { Source: { SourceUri: 'u', SourceTypes: [{ SourceIdType: 'Sha', Value: '1' }] } },
      'MD5Hash',
    ],
  ])('is refused with %s', async (name, more, says) => {
    const source = name === 'a member that is missing' ? {} : { Source: { SourceUri: 'u' } };
    await expect(
      fixture.run('CreateArtifact', { ArtifactType: 'DataSet', ...source, ...more }),
    ).rejects.toMatchObject({ code: 'ValidationException', message: expect.stringContaining(says) });
  });
});

describe('actions and contexts', () => {
  it('are found by name and by ARN, carry tags, and have names of their own', async () => {
    const ActionArn = await action('Run-1', { Status: 'Completed', Tags: [{ Key: 'team', Value: 'ml' }] });
    expect(ActionArn).toBe(`${ACCOUNT}:action/Run-1`);
    for (const ActionName of ['Run-1', ActionArn]) {
      expect(await fixture.run('DescribeAction', { ActionName })).toMatchObject({
        ...{ ActionName: 'Run-1', ActionType: 'Run', Status: 'Completed' },
      });
    }
    expect(await fixture.run('ListTags', { ResourceArn: ActionArn })).toEqual({
      Tags: [{ Key: 'team', Value: 'ml' }],
    });
    await expect(action('Run-1')).rejects.toMatchObject({ code: 'ValidationException' });
    expect(await context('under_score')).toBe(`${ACCOUNT}:context/under_score`);
    await expect(action('under_score')).rejects.toMatchObject({ code: 'ValidationException' });
    expect(await fixture.run('ListContexts', { SourceUri: 'endpoint/under_score' })).toMatchObject({
      ContextSummaries: [{ ContextName: 'under_score', ContextType: 'Endpoint' }],
    });
  });
});

describe('an association', () => {
  it('joins two that exist, once, and keeps both from being deleted', async () => {
    const from = await action('assoc-from');
    const to = await artifact('s3://assoc/to', 'Model');
    await expect(associate(from, NOWHERE, 'Produced')).rejects.toMatchObject({ code: 'ResourceNotFound' });
    await associate(from, to, 'Produced');
    await expect(associate(from, to, 'DerivedFrom')).rejects.toMatchObject({ code: 'ValidationException' });
    expect(
      await fixture.run('ListAssociations', { SourceArn: from, DestinationType: 'Model' }),
    ).toMatchObject({
      AssociationSummaries: [{ DestinationArn: to, AssociationType: 'Produced', SourceName: 'assoc-from' }],
    });
    expect(await fixture.run('ListAssociations', { SourceArn: to })).toEqual({ AssociationSummaries: [] });
    for (const [operation, input] of [
      ['DeleteAction', { ActionName: 'assoc-from' }],
      ['DeleteArtifact', { ArtifactArn: to }],
    ] as const) {
      await expect(fixture.run(operation, input)).rejects.toMatchObject({ code: 'ValidationException' });
    }
    await fixture.run('DeleteAssociation', { SourceArn: from, DestinationArn: to });
    await expect(
      fixture.run('DeleteAssociation', { SourceArn: from, DestinationArn: to }),
    ).rejects.toMatchObject({ code: 'ResourceNotFound' });
    expect(await fixture.run('DeleteAction', { ActionName: 'assoc-from' })).toEqual({ ActionArn: from });
  });
});

describe('QueryLineage', () => {
  // raw -> data -> run -> model -> package -> endpoint, and data -> other
  const arns: Record<string, string> = {};
  const arnsOf = async (input: object): Promise<string[]> => {
    const { Vertices } = await fixture.run<{ Vertices: { Arn: string }[] }>('QueryLineage', input);
    const names = new Map(Object.entries(arns).map(([name, arn]) => [arn, name]));
    return Vertices.map(({ Arn }) => names.get(Arn)!).sort();
  };

  beforeAll(async () => {
    arns.raw = await artifact('q/raw', 'DataSet');
    arns.data = await artifact('q/data', 'DataSet', { Properties: { digest: 'd1', rows: '3' } });
    arns.run = await action('q-run');
    arns.model = await artifact('q/model', 'Model');
    arns.package = await artifact('q/package', 'ModelPackage');
    arns.endpoint = await context('q-endpoint');
    arns.other = await artifact('q/other', 'Report');
    await associate(arns.raw, arns.data, 'DerivedFrom');
    await associate(arns.data, arns.run, 'ContributedTo');
    await associate(arns.run, arns.model, 'Produced');
    await associate(arns.model, arns.package, 'DerivedFrom');
    await associate(arns.package, arns.endpoint, 'AssociatedWith');
    await associate(arns.data, arns.other);
  });

  it('walks up, down and both ways', async () => {
    const StartArns = [arns.run!];
    expect(await arnsOf({ StartArns, Direction: 'Ascendants' })).toEqual(['data', 'raw']);
    expect(await arnsOf({ StartArns, Direction: 'Descendants' })).toEqual(['endpoint', 'model', 'package']);
    expect(await arnsOf({ StartArns })).toEqual(['data', 'endpoint', 'model', 'package', 'raw']);
  });

  it('goes no deeper than it is asked to', async () => {
    const StartArns = [arns.raw!];
    expect(await arnsOf({ StartArns, MaxDepth: 1 })).toEqual(['data']);
    expect(await arnsOf({ StartArns, MaxDepth: 2 })).toEqual(['data', 'other', 'run']);
  });

  it('filters by type, by kind and by any of several properties', async () => {
    const StartArns = [arns.endpoint!];
    const filtered = (Filters: object) => arnsOf({ StartArns, Filters });
    expect(await filtered({ Types: ['DataSet', 'Model'] })).toEqual(['data', 'model', 'raw']);
    expect(await filtered({ LineageTypes: ['Action'] })).toEqual(['run']);
    expect(await filtered({ Properties: { digest: 'd1', rows: '9' } })).toEqual(['data']);
    expect(await filtered({ Properties: { rows: '9' } })).toEqual([]);
    expect(await filtered({ CreatedAfter: new Date('2200-01-01') })).toEqual([]);
  });

  it('gives the way to what it found when edges are asked for', async () => {
    const query = { StartArns: [arns.endpoint!], Filters: { Types: ['Model'] }, IncludeEdges: true };
    expect(await arnsOf(query)).toEqual(['endpoint', 'model', 'package']);
    const { Edges } = await fixture.run<{ Edges: object[] }>('QueryLineage', query);
    expect(Edges).toHaveLength(2);
    expect(Edges).toEqual(
      expect.arrayContaining([
        { SourceArn: arns.model, DestinationArn: arns.package, AssociationType: 'DerivedFrom' },
        { SourceArn: arns.package, DestinationArn: arns.endpoint, AssociationType: 'AssociatedWith' },
      ]),
    );
  });

  it('pages by vertices', async () => {
    const query = { StartArns: [arns.raw!], MaxResults: 4 };
    const first = await fixture.run<{ Vertices: object[]; NextToken: string }>('QueryLineage', query);
    const NextToken = first.NextToken;
    const rest = await fixture.run<{ Vertices: object[]; NextToken?: string }>('QueryLineage', {
      ...query,
      NextToken,
    });
    expect([first.Vertices.length, rest.Vertices.length, rest.NextToken]).toEqual([4, 2, undefined]);
    expect(new Set([...first.Vertices, ...rest.Vertices].map((each) => JSON.stringify(each))).size).toBe(6);
  });

  it('ends on a circle', async () => {
    const one = await action('circle-1');
    const two = await action('circle-2');
    await associate(one, two);
    await associate(two, one);
    const { Vertices } = await fixture.run<{ Vertices: { Arn: string }[] }>('QueryLineage', {
      StartArns: [one],
    });
    expect(Vertices.map(({ Arn }) => Arn)).toEqual([two]);
  });

  it.each([
    ['two starts', { StartArns: [NOWHERE, NOWHERE] }, 'ValidationException'],
    ['a depth of 11', { StartArns: [NOWHERE], MaxDepth: 11 }, 'ValidationException'],
    ['a page of 51', { StartArns: [NOWHERE], MaxResults: 51 }, 'ValidationException'],
    ['a package as start', { StartArns: [`${ACCOUNT}:model-package/a/1`] }, 'ValidationException'],
    ['a start that is not there', { StartArns: [NOWHERE] }, 'ResourceNotFound'],
  ])('refuses %s', async (_name, input, code) => {
    await expect(fixture.run('QueryLineage', input)).rejects.toMatchObject({ code });
  });
});
