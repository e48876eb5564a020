"""Evidently on the same files and metrics: warm, from file. Prints seconds and its result of every column as JSON.

evidently_drift.py REFERENCE CURRENT WARM_REFERENCE WARM_CURRENT
"""
import json
import resource
import sys
import time

import pandas
from evidently import Dataset, DataDefinition, Report
from evidently.presets import DataDriftPreset


def run(reference_file, current_file):
    reference = pandas.read_parquet(reference_file)
    current = pandas.read_parquet(current_file)
    for frame in (reference, current):
        frame["flag0"] = frame["flag0"].astype(str)
    numeric = [c for c in reference if not c.startswith(("category", "flag"))]
    categories = [c for c in reference if c not in numeric]
    definition = DataDefinition(numerical_columns=numeric, categorical_columns=categories)
    report = Report([DataDriftPreset(num_method="wasserstein", cat_method="jensenshannon")])
    snapshot = report.run(
        current_data=Dataset.from_pandas(current, data_definition=definition),
        reference_data=Dataset.from_pandas(reference, data_definition=definition),
    )
    return snapshot.dict()


def main(reference, current, warm_reference, warm_current):
    run(warm_reference, warm_current)
    begun = time.perf_counter()
    result = run(reference, current)
    seconds = time.perf_counter() - begun
    drift = {
        metric["config"]["column"]: float(metric["value"])
        for metric in result["metrics"]
        if "column" in metric.get("config", {})
    }
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"seconds": seconds, "drift": drift, "peakMiB": peak}))


main(*sys.argv[1:])
