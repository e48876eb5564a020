"""Lineage by the SDK's own classes: entities, associations, and LineageQuery over them."""

import unittest

import boto3
import sagemaker
from botocore.exceptions import ClientError
from sagemaker.lineage.action import Action
from sagemaker.lineage.artifact import Artifact
from sagemaker.lineage.association import Association
from sagemaker.lineage.context import Context
from sagemaker.lineage.query import (
    LineageEntityEnum,
    LineageFilter,
    LineageQuery,
    LineageQueryDirectionEnum,
    LineageSourceEnum,
)


class Lineage(unittest.TestCase):
    def test_query_walks_from_data_to_endpoint_and_back(self):
        session = sagemaker.Session(default_bucket=f"sagemaker-{boto3.Session().region_name}-000000000000")
        places = {"sagemaker_session": session}
        data = Artifact.create(
            source_uri="s3://lineage/data", artifact_type="DataSet", properties={"digest": "d1"}, **places
        )
        run = Action.create(
            action_name="lineage-run", source_uri="run", action_type="TrainingRun", status="Completed", **places
        )
        model = Artifact.create(source_uri="s3://lineage/model", artifact_type="Model", **places)
        endpoint = Context.create(
            context_name="lineage-endpoint", source_uri="endpoint", context_type="Endpoint", **places
        )
        chain = [data.artifact_arn, run.action_arn, model.artifact_arn, endpoint.context_arn]
        kinds = ["ContributedTo", "Produced", "AssociatedWith"]
        for source, destination, kind in zip(chain, chain[1:], kinds, strict=False):
            Association.create(source_arn=source, destination_arn=destination, association_type=kind, **places)

        found = LineageQuery(session).query(
            start_arns=[endpoint.context_arn],
            direction=LineageQueryDirectionEnum.ASCENDANTS,
            query_filter=LineageFilter(
                entities=[LineageEntityEnum.ARTIFACT], sources=[LineageSourceEnum.DATASET]
            ),
            include_edges=False,
        )
        self.assertEqual([data.artifact_arn], [vertex.arn for vertex in found.vertices])
        self.assertEqual({"digest": "d1"}, found.vertices[0].to_lineage_object().properties)

        down = LineageQuery(session).query(
            start_arns=[data.artifact_arn], direction=LineageQueryDirectionEnum.DESCENDANTS
        )
        pairs = {(edge.source_arn, edge.destination_arn, edge.association_type) for edge in down.edges}
        self.assertEqual(set(zip(chain, chain[1:], kinds, strict=False)), pairs)
        self.assertEqual(set(chain), {vertex.arn for vertex in down.vertices})

        listed = Artifact.list(source_uri="s3://lineage/model", **places)
        self.assertEqual([model.artifact_arn], [each.artifact_arn for each in listed])
        # the SDK's own way of removing an entity: its associations first
        model.delete(disassociate=True)
        with self.assertRaises(ClientError) as gone:
            Artifact.load(artifact_arn=model.artifact_arn, **places)
        self.assertEqual("ResourceNotFound", gone.exception.response["Error"]["Code"])


if __name__ == "__main__":
    unittest.main()
