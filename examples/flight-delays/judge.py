"""Judges challenger and champion of a run by scikit-learn, from the labels and scores in S3.

    python judge.py BUCKET RUN

Prints {"rows": n, "challenger": AUC, "champion": AUC} as JSON.
"""

import csv
import io
import json
import sys

import boto3
from sklearn.metrics import roc_auc_score

bucket, run = sys.argv[1:]
s3 = boto3.client("s3")


def read(uri):
    name, key = uri.removeprefix("s3://").split("/", 1)
    return s3.get_object(Bucket=name, Key=key)["Body"].read().decode()


evaluation = json.loads(read(f"s3://{bucket}/runs/{run}/evaluation.json"))
labels = [int(row["label"]) for row in csv.DictReader(io.StringIO(read(evaluation["holdout"]["labels"])))]
scores = {side: [float(line) for line in read(evaluation[side]["scores"]).split()] for side in ("challenger", "champion")}
print(json.dumps({"rows": len(labels), **{side: roc_auc_score(labels, values) for side, values in scores.items()}}))
