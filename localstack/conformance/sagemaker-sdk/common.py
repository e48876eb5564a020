"""What the tests share: a session of the SDK, an execution role, a data set, and judgement by scikit-learn."""

import io
import json
import time

import boto3
import numpy as np
import sagemaker
import sagemaker.session
from botocore.exceptions import ClientError
from sklearn.metrics import accuracy_score, roc_auc_score

ROLE_NAME = "sagemaker-sdk"
INSTANCE = "ml.m5.large"
ROWS = 600
# of boto3's waiters, which look every 30 seconds
QUICK = {"Delay": 1, "MaxAttempts": 30}
TRUST = {
    "Version": "2012-10-17",
    "Statement": [
        {"Effect": "Allow", "Principal": {"Service": "sagemaker.amazonaws.com"}, "Action": "sts:AssumeRole"}
    ],
}
# what a job needs: its bucket, its logs and metrics, its image
POLICY = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Allow",
            "Action": ["s3:GetObject", "s3:PutObject", "s3:ListBucket"],
            "Resource": "arn:aws:s3:::sagemaker-*",
        },
        {"Effect": "Allow", "Action": ["logs:*", "cloudwatch:PutMetricData", "ecr:*"], "Resource": "*"},
    ],
}



class QuickTime:
    """The SDK's clock for its waiting, which looks at a job every 5 to 30 seconds: it runs 100 times as fast."""

    @staticmethod
    def time():
        return time.time() * 100

    @staticmethod
    def sleep(seconds):
        time.sleep(max(seconds / 100, 0.1))


sagemaker.session.time = QuickTime


def role():
    """ARN of the execution role, made on first use."""
    iam = boto3.client("iam")
    try:
        arn = iam.create_role(RoleName=ROLE_NAME, AssumeRolePolicyDocument=json.dumps(TRUST))["Role"]["Arn"]
        iam.put_role_policy(RoleName=ROLE_NAME, PolicyName="jobs", PolicyDocument=json.dumps(POLICY))
        return arn
    except ClientError as error:
        if error.response["Error"]["Code"] != "EntityAlreadyExists":
            raise
        return iam.get_role(RoleName=ROLE_NAME)["Role"]["Arn"]


def data_set(seed=7):
    """Features and labels: the sign of a noisy sum, so that no model is perfect and a good one is above 0.9."""
    random = np.random.default_rng(seed)
    features = random.normal(size=(ROWS, 5))
    labels = (features[:, 0] + 0.7 * features[:, 1] + 0.4 * random.normal(size=ROWS) > 0).astype(int)
    return features, labels


def csv(array):
    text = io.StringIO()
    np.savetxt(text, array, delimiter=",", fmt="%.6g")
    return text.getvalue()


class Material:
    """A session with training, validation and test data in its default bucket."""

    def __init__(self, prefix):
        # as the SDK would name it: for that it asks STS at an address that no setting changes
        self.session = sagemaker.Session(default_bucket=f"sagemaker-{boto3.Session().region_name}-000000000000")
        self.role = role()
        self.prefix = prefix
        features, labels = data_set()
        self.test_features, self.test_labels = features[450:], labels[450:]
        labelled = np.column_stack([labels, features])
        self.train = self.put("train/train.csv", csv(labelled[:300]))
        self.validation = self.put("validation/validation.csv", csv(labelled[300:450]))
        self.test = self.put("test/test.csv", csv(self.test_features))

    def put(self, name, text):
        key = f"{self.prefix}/{name}"
        return self.session.upload_string_as_file_body(text, self.session.default_bucket(), key)

    def read(self, uri):
        bucket, _, key = uri.removeprefix("s3://").partition("/")
        return boto3.client("s3").get_object(Bucket=bucket, Key=key)["Body"].read().decode()

    def auc(self, scores):
        return roc_auc_score(self.test_labels, np.asarray(scores, dtype=float).ravel())

    def accuracy(self, scores):
        return accuracy_score(self.test_labels, np.asarray(scores, dtype=float).ravel() > 0.5)


def status_of(describe, **names):
    """`gone` when the resource is not there any more."""
    try:
        describe(**names)
        return "there"
    except ClientError as error:
        return "gone" if "Could not find" in error.response["Error"]["Message"] else str(error)
