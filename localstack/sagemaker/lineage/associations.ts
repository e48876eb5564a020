/** Associations: directed edges between lineage entities, one for each pair of source and destination. */
import type {
  AddAssociationRequest,
  AddAssociationResponse,
  AssociationEdgeType,
  DeleteAssociationRequest,
  DeleteAssociationResponse,
  ListAssociationsRequest,
  ListAssociationsResponse,
  UserContext,
} from '@aws-sdk/client-sagemaker';
import { AwsError } from '../../core/errors.ts';
import type { Call } from '../../core/service.ts';
import { Constraints, validationError } from '../constraints.ts';
import { listPage } from '../paging.ts';
import type { SageMaker } from '../sagemaker.ts';
import { entityAt } from './entities.ts';

export interface AssociationRecord {
  readonly SourceArn: string;
  readonly DestinationArn: string;
  readonly AssociationType?: AssociationEdgeType | undefined;
  readonly CreationTime: Date;
  readonly CreatedBy: UserContext;
}

export const ENTITY_ARN =
  '^arn:aws[a-z\\-]*:sagemaker:[a-z0-9\\-]*:[0-9]{12}:(experiment|experiment-trial-component|artifact|action|context)/.*$';
const TYPES = ['ContributedTo', 'AssociatedWith', 'DerivedFrom', 'Produced', 'SameAs'];
const SORTABLE = ['SourceArn', 'DestinationArn', 'SourceType', 'DestinationType', 'CreationTime'];

/** @throws AwsError ValidationException, ResourceNotFound when either end is not there. */
export function addAssociation(
  sagemaker: SageMaker,
  input: AddAssociationRequest,
  call: Call,
): AddAssociationResponse {
  const ends = checkEnds(input, (constraints) =>
    constraints.oneOf(input.AssociationType, 'associationType', TYPES),
  );
  const { SourceArn, DestinationArn } = ends;
  entityAt(sagemaker, SourceArn);
  entityAt(sagemaker, DestinationArn);
  if (sagemaker.associations.has(keyOf(ends))) {
    throw validationError(`Association between ${SourceArn} and ${DestinationArn} already exists.`);
  }
  sagemaker.associations.put(keyOf(ends), {
    ...ends,
    AssociationType: input.AssociationType,
    CreationTime: call.now,
    CreatedBy: { IamIdentity: { Arn: call.principal.arn } },
  });
  return ends;
}

/** @throws AwsError ValidationException, ResourceNotFound */
export function deleteAssociation(
  sagemaker: SageMaker,
  input: DeleteAssociationRequest,
): DeleteAssociationResponse {
  const ends = checkEnds(input);
  if (!sagemaker.associations.delete(keyOf(ends))) {
    const { SourceArn, DestinationArn } = ends;
    const message = `Association between ${SourceArn} and ${DestinationArn} does not exist.`;
    throw new AwsError('ResourceNotFound', message);
  }
  return ends;
}

export function listAssociations(
  sagemaker: SageMaker,
  input: ListAssociationsRequest,
): ListAssociationsResponse {
  const { SourceArn, DestinationArn, SourceType, DestinationType, AssociationType } = input;
  new Constraints()
    .pattern(SourceArn, 'sourceArn', ENTITY_ARN)
    .pattern(DestinationArn, 'destinationArn', ENTITY_ARN)
    .oneOf(AssociationType, 'associationType', TYPES)
    .oneOf(input.SortBy, 'sortBy', SORTABLE)
    .check();
  const sortBy = input.SortBy ?? 'CreationTime';
  const passes = (wanted: string | undefined, value: string | undefined) =>
    wanted === undefined || wanted === value;
  const listed = sagemaker.associations
    .values()
    .map((each) => {
      const source = entityAt(sagemaker, each.SourceArn);
      const destination = entityAt(sagemaker, each.DestinationArn);
      return {
        ...each,
        SourceType: source.type,
        DestinationType: destination.type,
        SourceName: source.name,
        DestinationName: destination.name,
      };
    })
    .filter((each) => passes(SourceArn, each.SourceArn) && passes(DestinationArn, each.DestinationArn))
    .filter((each) => passes(SourceType, each.SourceType) && passes(DestinationType, each.DestinationType))
    .filter((each) => passes(AssociationType, each.AssociationType))
    .map((summary) => ({
      name: sortBy === 'CreationTime' ? '' : (summary[sortBy] ?? ''),
      created: summary.CreationTime,
      summary,
    }));
  const { NextToken, MaxResults, SortOrder } = input;
  const { summaries, ...next } = listPage(listed, {
    ...{ NextToken, MaxResults, SortOrder },
    CreationTimeAfter: input.CreatedAfter,
    CreationTimeBefore: input.CreatedBefore,
    SortBy: sortBy === 'CreationTime' ? sortBy : 'Name',
  });
  return { AssociationSummaries: summaries, ...next };
}

interface Ends {
  readonly SourceArn: string;
  readonly DestinationArn: string;
}

const keyOf = ({ SourceArn, DestinationArn }: Ends): string => `${SourceArn} ${DestinationArn}`;

function checkEnds(
  { SourceArn, DestinationArn }: Partial<Ends> | AddAssociationRequest,
  more: (constraints: Constraints) => unknown = () => undefined,
): Ends {
  const constraints = new Constraints();
  for (const [arn, path] of [
    [SourceArn, 'sourceArn'],
    [DestinationArn, 'destinationArn'],
  ] as const) {
    constraints.required(arn, path).length(arn, path, [0, 256]).pattern(arn, path, ENTITY_ARN);
  }
  more(constraints);
  constraints.check();
  return { SourceArn: SourceArn!, DestinationArn: DestinationArn! };
}
