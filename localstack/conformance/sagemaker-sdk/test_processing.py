"""`SKLearnProcessor` with a script, which is what `ScriptProcessor` runs with any image."""

import os
import unittest

import numpy as np
from sagemaker.processing import ProcessingInput, ProcessingOutput
from sagemaker.sklearn.processing import SKLearnProcessor

from common import INSTANCE, Material

SCRIPT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "code", "preprocess.py")


class Processing(unittest.TestCase):
    def test_runs_a_script_on_inputs_and_uploads_its_outputs(self):
        material = Material("processing")
        processor = SKLearnProcessor(
            framework_version="1.2-1",
            role=material.role,
            instance_count=1,
            instance_type=INSTANCE,
            sagemaker_session=material.session,
        )
        processor.run(
            code=SCRIPT,
            inputs=[ProcessingInput(source=material.train, destination="/opt/ml/processing/input/data")],
            outputs=[ProcessingOutput(output_name="scaled", source="/opt/ml/processing/output")],
            arguments=["--rows", "200"],
        )
        job = processor.latest_job.describe()
        self.assertEqual(job["ProcessingJobStatus"], "Completed")
        uri = job["ProcessingOutputConfig"]["Outputs"][0]["S3Output"]["S3Uri"]
        scaled = np.array([line.split(",") for line in material.read(f"{uri}/scaled.csv").split()], dtype=float)
        self.assertEqual(scaled.shape, (200, 5))
        # what a standard scaler promises
        np.testing.assert_allclose(scaled.mean(axis=0), 0, atol=1e-9)
        np.testing.assert_allclose(scaled.std(axis=0), 1, atol=1e-9)


if __name__ == "__main__":
    unittest.main()
