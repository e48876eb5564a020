"""`sagemaker.estimator.Estimator` with the image of built-in XGBoost: fit, deploy, predict, transform, tune, delete."""

import unittest

import boto3
from sagemaker import image_uris
from sagemaker.deserializers import CSVDeserializer, JSONDeserializer
from sagemaker.estimator import Estimator
from sagemaker.inputs import TrainingInput
from sagemaker.serializers import CSVSerializer
from sagemaker.tuner import ContinuousParameter, HyperparameterTuner, IntegerParameter

from common import INSTANCE, QUICK, Material, status_of


def built_in(material, **more):
    return Estimator(
        image_uri=image_uris.retrieve("xgboost", material.session.boto_region_name, "1.7-1"),
        role=material.role,
        instance_count=1,
        instance_type=INSTANCE,
        output_path=f"s3://{material.session.default_bucket()}/{material.prefix}/output",
        hyperparameters={"objective": "binary:logistic", "eval_metric": "auc", "num_round": 20, **more},
        sagemaker_session=material.session,
    )


def channels(material):
    return {
        "train": TrainingInput(material.train, content_type="text/csv"),
        "validation": TrainingInput(material.validation, content_type="text/csv"),
    }


class BuiltInAlgorithm(unittest.TestCase):
    def test_trains_deploys_predicts_transforms_and_deletes(self):
        material = Material("built-in")
        estimator = built_in(material, max_depth=3)
        estimator.fit(channels(material))
        final = estimator.latest_training_job.describe()["FinalMetricDataList"]
        metrics = {each["MetricName"]: each["Value"] for each in final}
        self.assertGreater(metrics["validation:auc"], 0.9)
        self.assertGreater(metrics["train:auc"], metrics["validation:auc"])

        predictor = estimator.deploy(1, INSTANCE, serializer=CSVSerializer(), deserializer=CSVDeserializer())
        scores = [float(score) for row in predictor.predict(material.test_features) for score in row]
        self.assertGreater(material.auc(scores), 0.93)
        predictor.deserializer = JSONDeserializer()
        answer = predictor.predict(material.test_features[:2])
        self.assertEqual([each["score"] for each in answer["predictions"]], scores[:2])

        transformer = estimator.transformer(1, INSTANCE, accept="text/csv", assemble_with="Line")
        transformer.transform(
            material.test,
            content_type="text/csv",
            split_type="Line",
            join_source="Input",
            output_filter="$[0,-1]",
            wait=True,
            logs=False,
        )
        lines = [line.split(",") for line in material.read(f"{transformer.output_path}/test.csv.out").split()]
        self.assertEqual([float(score) for _, score in lines], scores)
        self.assertAlmostEqual(float(lines[0][0]), material.test_features[0][0], places=4)

        endpoint = predictor.endpoint_name
        predictor.delete_model()
        predictor.delete_endpoint()
        boto3.client("sagemaker").get_waiter("endpoint_deleted").wait(EndpointName=endpoint, WaiterConfig=QUICK)
        describe = material.session.sagemaker_client.describe_endpoint
        self.assertEqual(status_of(describe, EndpointName=endpoint), "gone")

    def test_tunes(self):
        material = Material("tuned")
        tuner = HyperparameterTuner(
            built_in(material),
            "validation:auc",
            {"max_depth": IntegerParameter(1, 6), "eta": ContinuousParameter(0.05, 0.6)},
            max_jobs=3,
            max_parallel_jobs=2,
        )
        tuner.fit(channels(material))
        tuner.wait()
        job = tuner.describe()
        self.assertEqual(job["HyperParameterTuningJobStatus"], "Completed")
        self.assertEqual(job["ObjectiveStatusCounters"], {"Succeeded": 3, "Pending": 0, "Failed": 0})
        table = tuner.analytics().dataframe()
        best = table.sort_values("FinalObjectiveValue").iloc[-1]
        self.assertEqual(tuner.best_training_job(), best["TrainingJobName"])
        self.assertGreater(best["FinalObjectiveValue"], 0.9)
        self.assertEqual(len(set(table["eta"])), 3)


if __name__ == "__main__":
    unittest.main()
