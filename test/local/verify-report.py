"""Derives every figure of a report of `npm run local` again from the running cloud, and fails on any difference.

    python3 test/local/verify-report.py REPORT

Needs boto3 and the usual AWS settings (AWS_ENDPOINT_URL for the local cloud). Uses none of the project's code: digests,
row counts, AUC, log loss and Brier score are computed here from the stored bytes, windows from captures and labels.
"""

import csv
import hashlib
import io
import json
import math
import sys
from datetime import datetime, timezone

import boto3

report = json.load(open(sys.argv[1]))
bucket, project, stage = report["bucket"], report["project"], report["stage"]
s3, sfn, sagemaker, dynamodb = (boto3.client(name) for name in ("s3", "stepfunctions", "sagemaker", "dynamodb"))
checked, wrong = 0, []


def check(what, reported, derived, tolerance=0.0):
    global checked
    checked += 1
    same = abs(reported - derived) <= tolerance if tolerance else reported == derived
    if not same:
        wrong.append(f"{what}: the report says {reported!r}, the cloud {derived!r}")


def read(key):
    return s3.get_object(Bucket=bucket, Key=key)["Body"].read()


def read_uri(uri):
    name, key = uri.removeprefix("s3://").split("/", 1)
    return s3.get_object(Bucket=name, Key=key)["Body"].read()


def keys(prefix):
    for page in s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix):
        yield from (item["Key"] for item in page.get("Contents", []))


def source(figure):
    """The part before `#`; every figure has to name where it came from."""
    place = figure["source"]
    assert place.startswith(("arn:aws:", "s3://")), f"no source: {figure}"
    return place.split("#")[0]


def auc(labels, scores):
    """Rank sum with midranks, ties one half."""
    order = sorted(range(len(scores)), key=scores.__getitem__)
    rank_sum, start = 0.0, 0
    while start < len(order):
        end = start
        while end < len(order) and scores[order[end]] == scores[order[start]]:
            end += 1
        rank_sum += sum(labels[i] for i in order[start:end]) * (start + 1 + end) / 2
        start = end
    positives = sum(labels)
    return (rank_sum - positives * (positives + 1) / 2) / (positives * (len(labels) - positives))


def log_loss(labels, scores):
    clip = 1e-15
    return math.fsum(-math.log(max(clip, s if y else 1 - s)) for y, s in zip(labels, scores)) / len(labels)


def brier(labels, scores):
    return math.fsum((s - y) ** 2 for y, s in zip(labels, scores)) / len(labels)


def seconds(arn):
    events = []
    for page in sfn.get_paginator("get_execution_history").paginate(executionArn=arn):
        events += page["events"]
    entered = lambda name: [e["timestamp"] for e in events if e.get("stateEnteredEventDetails", {}).get("name") == name]
    exited = lambda name: [e["timestamp"] for e in events if e.get("stateExitedEventDetails", {}).get("name") == name]
    return events, entered, exited


def span(start, end):
    return (end[-1] - start[0]).total_seconds() if start and end else 0.0


for version in report["versions"]:
    manifest = json.loads(read_uri(source(version["digest"])))
    files = [{"path": f["path"], "sha256": f["sha256"], "size": f["size"]} for f in manifest["files"]]
    canonical = json.dumps(files, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    check(f"version {version['version']} digest", version["digest"]["value"], hashlib.sha256(canonical.encode()).hexdigest())
    rows = 0
    for file in files:
        content = read(f"objects/{file['sha256']}")
        check(f"{file['path']} sha256", file["sha256"], hashlib.sha256(content).hexdigest())
        check(f"{file['path']} size", file["size"], len(content))
        rows += sum(1 for _ in csv.reader(io.StringIO(content.decode()))) - 1
    check(f"version {version['version']} rows", version["rows"]["value"], rows)
    check(f"version {version['version']} files", version["files"]["value"], len(files))

for run in report["runs"]:
    name = run["run"]
    arn = source(run["status"])
    execution = sfn.describe_execution(executionArn=arn)
    ended = {"SUCCEEDED": "Registered"}.get(execution["status"])
    if ended is None:
        ended = {"RejectedByGate": "RejectedByGate"}.get(execution.get("error"), "Failed")
    check(f"{name} status", run["status"]["value"], ended)
    if "challenger" in run:
        evaluation = json.loads(read_uri(source(run["holdoutRows"])))
        labels = [int(row["label"]) for row in csv.DictReader(io.StringIO(read_uri(evaluation["holdout"]["labels"]).decode()))]
        check(f"{name} holdout rows", run["holdoutRows"]["value"], len(labels))
        found = {}
        for side in ("challenger", "champion"):
            if side not in run:
                continue
            scores = [float(line) for line in read_uri(evaluation[side]["scores"]).split()]
            check(f"{name} {side} scores", len(scores), len(labels))
            found[side] = auc(labels, scores)
            check(f"{name} {side} auc", run[side]["auc"]["value"], found[side], 1e-9)
            check(f"{name} {side} log loss", run[side]["logLoss"]["value"], log_loss(labels, scores), 1e-9)
            check(f"{name} {side} brier", run[side]["brier"]["value"], brier(labels, scores), 1e-9)
        if "difference" in run:
            check(f"{name} difference", run["difference"]["value"]["value"], found["challenger"] - found["champion"], 1e-9)
    events, entered, exited = seconds(arn)
    train = span(entered("Train"), exited("Train"))
    score = span(entered("Score the holdout"), exited("Score the holdout"))
    total = (events[-1]["timestamp"] - events[0]["timestamp"]).total_seconds()
    hosting = 0.0
    if "serving" in run["seconds"]:
        rollout_events, entered, _ = seconds(source(run["seconds"]["serving"]))
        start = entered("Create the endpoint") or entered("Shift to the new fleet")
        hosting = span(start, entered("Read the live configuration back"))
        total += (rollout_events[-1]["timestamp"] - rollout_events[0]["timestamp"]).total_seconds()
        check(f"{name} serving", run["seconds"]["serving"]["value"], hosting, 2e-3)
    check(f"{name} training", run["seconds"]["training"]["value"], train, 2e-3)
    check(f"{name} scoring", run["seconds"]["scoring"]["value"], score, 2e-3)
    check(f"{name} platform", run["seconds"]["platform"]["value"], total - train - score - hosting, 1e-2)

labels = {}
for key in keys("labels/"):
    for line in read(key).splitlines():
        record = json.loads(line)
        at = (record["inferenceId"], record["row"])
        if at not in labels or record["labelledAt"] >= labels[at][0]:
            labels[at] = (record["labelledAt"], record["label"])
captures = {}
for key in keys("captures/"):
    model = int(key.split("/")[1])
    for line in read(key).splitlines():
        record = json.loads(line)
        at = datetime.fromisoformat(record["eventMetadata"]["inferenceTime"].replace("Z", "+00:00"))
        answers = record["captureData"]["endpointOutput"]["data"].split()
        identity = record["eventMetadata"].get("inferenceId", record["eventMetadata"]["eventId"])
        if identity.startswith("driftless-smoke-test-"):
            continue  # a rollout's own questions are no traffic
        captures.setdefault(model, []).append((at, identity, [float(answer) for answer in answers]))

for window in report["windows"]:
    name = f"window {window['window']} of model {window['modelVersion']}"
    start, end = (
        datetime.strptime(part, "%Y%m%dT%H%M%SZ").replace(tzinfo=timezone.utc) for part in window["window"].split("_")
    )
    rows = [
        (identity, row, answer)
        for at, identity, answers in captures.get(window["modelVersion"], [])
        if start <= at < end
        for row, answer in enumerate(answers)
    ]
    known = [(labels[identity, row][1], answer) for identity, row, answer in rows if (identity, row) in labels]
    check(f"{name} rows", window["rows"]["value"], len(rows))
    check(f"{name} labelled rows", window["labelledRows"]["value"], len(known))
    if "auc" in window:
        check(f"{name} auc", window["auc"]["value"], auc([y for y, _ in known], [s for _, s in known]), 1e-9)
    stored = json.loads(read_uri(source(window["verdict"])))
    item = dynamodb.get_item(
        TableName=f"driftless-{stage}-catalog",
        Key={
            "pk": {"S": f"PROJECT#{project}"},
            "sk": {"S": f"WINDOW#{window['modelVersion']:08d}#{window['window']}"},
        },
    )["Item"]
    check(f"{name} verdict", window["verdict"]["value"], item["verdict"]["S"])
    drifted = [c["name"] for c in stored["drift"]["features"] if c["psi"] >= c["alert"] and c["psi"] > c["psiNullBound"]]
    check(f"{name} drifted features", sorted(window["driftedFeatures"]["value"]), sorted(drifted))
    check(f"{name} drift", window["drift"]["value"], stored["drift"]["verdict"])
    check(f"{name} quality", window["quality"]["value"], stored["quality"]["verdict"])
    check(f"{name} PSI of the prediction", window["predictionPsi"]["value"], stored["drift"]["prediction"]["psi"])

for decision in report["decisions"]:
    table, key = decision["verdict"]["source"].split("#", 1)
    pk, sk = key.split("/", 1)
    item = dynamodb.get_item(TableName=table.split("/")[-1], Key={"pk": {"S": pk}, "sk": {"S": sk}})["Item"]
    judgement = item["judgement"]["M"]
    check(f"{decision['kind']} {decision['rule']} of {decision['subject']}", decision["verdict"]["value"], judgement["verdict"]["S"])
    check(f"reason of {decision['rule']}", decision["reason"]["value"], judgement["reason"]["S"])

if report.get("champion"):
    champion = report["champion"]
    package = sagemaker.describe_model_package(ModelPackageName=source(champion["modelVersion"]))
    check("champion", champion["modelVersion"]["value"], package["ModelPackageVersion"])
    check("approval of the champion", "Approved", package["ModelApprovalStatus"])
    endpoint = sagemaker.describe_endpoint(EndpointName=source(champion["endpointConfig"]).split("/")[-1])
    check("live configuration", champion["endpointConfig"]["value"], endpoint["EndpointConfigName"])

for line in wrong:
    print(line)
print(f"{checked - len(wrong)} figures agree, {len(wrong)} differ")
sys.exit(1 if wrong or checked == 0 else 0)
