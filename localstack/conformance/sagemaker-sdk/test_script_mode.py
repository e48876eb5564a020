"""`sagemaker.xgboost.XGBoost` with a script of one's own, from fit to delete."""

import os
import unittest

import boto3
from sagemaker.deserializers import CSVDeserializer
from sagemaker.inputs import TrainingInput
from sagemaker.serializers import CSVSerializer
from sagemaker.xgboost import XGBoost

from common import INSTANCE, QUICK, Material, status_of

CODE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "code")


class ScriptMode(unittest.TestCase):
    def test_trains_deploys_predicts_transforms_registers_and_deletes(self):
        material = Material("script-mode")
        sagemaker = material.session.sagemaker_client
        estimator = XGBoost(
            entry_point="train.py",
            source_dir=CODE,
            framework_version="1.7-1",
            role=material.role,
            instance_count=1,
            instance_type=INSTANCE,
            hyperparameters={"num-round": 20, "max-depth": 3},
            metric_definitions=[{"Name": "validation:auc", "Regex": r".*validation-auc:([0-9.]+)"}],
            sagemaker_session=material.session,
        )
        channels = {
            "train": TrainingInput(material.train, content_type="text/csv"),
            "validation": TrainingInput(material.validation, content_type="text/csv"),
        }
        estimator.fit(channels)
        job = estimator.latest_training_job.describe()
        self.assertEqual(job["TrainingJobStatus"], "Completed")
        self.assertGreater(job["FinalMetricDataList"][0]["Value"], 0.9)

        predictor = estimator.deploy(1, INSTANCE, serializer=CSVSerializer(), deserializer=CSVDeserializer())
        scores = predictor.predict(material.test_features)
        self.assertGreater(material.auc(scores), 0.93)
        self.assertGreater(material.accuracy(scores), 0.83)

        transformer = estimator.transformer(1, INSTANCE, accept="text/csv", assemble_with="Line")
        transformer.transform(material.test, content_type="text/csv", split_type="Line", wait=True, logs=False)
        transformed = material.read(f"{transformer.output_path}/test.csv.out").split()
        # the same model through the same container
        self.assertEqual([float(score) for score in transformed], [float(score) for row in scores for score in row])

        package = estimator.register(
            content_types=["text/csv"],
            response_types=["text/csv"],
            inference_instances=[INSTANCE],
            transform_instances=[INSTANCE],
            model_package_group_name="by-sdk",
            approval_status="Approved",
        )
        described = sagemaker.describe_model_package(ModelPackageName=package.model_package_arn)
        self.assertEqual((described["ModelPackageVersion"], described["ModelApprovalStatus"]), (1, "Approved"))

        endpoint, config = predictor.endpoint_name, predictor._get_endpoint_config_name()
        predictor.delete_model()
        predictor.delete_endpoint(delete_endpoint_config=True)
        boto3.client("sagemaker").get_waiter("endpoint_deleted").wait(EndpointName=endpoint, WaiterConfig=QUICK)
        self.assertEqual(status_of(sagemaker.describe_endpoint, EndpointName=endpoint), "gone")
        self.assertEqual(status_of(sagemaker.describe_endpoint_config, EndpointConfigName=config), "gone")


if __name__ == "__main__":
    unittest.main()
