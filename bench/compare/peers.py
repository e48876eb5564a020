"""Peers on the same files and the same metrics: warm, from file. Prints {"seconds", "values", "peakMiB"} as JSON.

peers.py PEER REFERENCE CURRENT WARM_REFERENCE WARM_CURRENT
"""
import json
import math
import resource
import sys
import time
import warnings

import pandas

warnings.filterwarnings("ignore")
CATEGORIES = ["category0", "category1", "category2", "category3", "flag0"]
NUMBERS = (
    [f"normal{c}" for c in range(6)]
    + [f"lognormal{c}" for c in range(3)]
    + [f"{kind}{c}" for kind in ("uniform", "integer", "few") for c in range(2)]
)


def frames(files, columns):
    for file in files:
        yield pandas.read_parquet(file, columns=columns)


def evidently(*files):
    from evidently import DataDefinition, Dataset, Report
    from evidently.presets import DataDriftPreset

    reference, current = frames(files, NUMBERS + CATEGORIES)
    for frame in (reference, current):
        frame["flag0"] = frame["flag0"].astype(str)
    definition = DataDefinition(numerical_columns=NUMBERS, categorical_columns=CATEGORIES)
    report = Report([DataDriftPreset(num_method="wasserstein", cat_method="jensenshannon")])
    result = report.run(
        current_data=Dataset.from_pandas(current, data_definition=definition),
        reference_data=Dataset.from_pandas(reference, data_definition=definition),
    ).dict()
    values = {}
    for metric in result["metrics"]:
        column = metric.get("config", {}).get("column")
        if column in NUMBERS:
            values[f"wasserstein {column}"] = float(metric["value"])
        elif column:
            # in nats there, in bits here
            values[f"jensenShannon {column}"] = float(metric["value"]) / math.sqrt(math.log(2))
    return values


def scipy(*files):
    from scipy.spatial.distance import jensenshannon
    from scipy.stats import ks_2samp, wasserstein_distance

    reference, current = frames(files, NUMBERS + CATEGORIES)
    values = {}
    for column in NUMBERS:
        before, after = reference[column].dropna(), current[column].dropna()
        values[f"ks {column}"] = float(ks_2samp(before, after, method="asymp").statistic)
        values[f"wasserstein {column}"] = float(wasserstein_distance(before, after)) / float(before.std(ddof=0))
    for column in CATEGORIES:
        counts = pandas.concat([frame[column].value_counts() for frame in (reference, current)], axis=1).fillna(0)
        values[f"jensenShannon {column}"] = float(jensenshannon(counts.iloc[:, 0], counts.iloc[:, 1], base=2))
    return values


def sklearn(_reference, current):
    from sklearn import metrics

    frame = pandas.read_parquet(current, columns=["label", "score"])
    label, score = frame["label"].to_numpy(), frame["score"].to_numpy()
    predicted = score >= 0.5
    (tn, fp), (_fn, _tp) = metrics.confusion_matrix(label, predicted)
    return {
        "auc": metrics.roc_auc_score(label, score),
        "averagePrecision": metrics.average_precision_score(label, score),
        "logLoss": metrics.log_loss(label, score),
        "brier": metrics.brier_score_loss(label, score),
        "accuracy": metrics.accuracy_score(label, predicted),
        "balancedAccuracy": metrics.balanced_accuracy_score(label, predicted),
        "precision": metrics.precision_score(label, predicted),
        "recall": metrics.recall_score(label, predicted),
        "specificity": tn / (tn + fp),
        "f1": metrics.f1_score(label, predicted),
        "mcc": metrics.matthews_corrcoef(label, predicted),
    }


NANNYML = {
    "roc_auc": "auc",
    "average_precision": "averagePrecision",
    "f1": "f1",
    "precision": "precision",
    "recall": "recall",
    "specificity": "specificity",
    "accuracy": "accuracy",
}


def nannyml(*files):
    import nannyml as library

    reference, current = frames(files, ["label", "score", "prediction"])
    estimator = library.CBPE(
        y_pred_proba="score",
        y_pred="prediction",
        y_true="label",
        problem_type="classification_binary",
        metrics=list(NANNYML),
        chunk_size=len(current),
    )
    estimator.fit(reference)
    row = estimator.estimate(current).filter(period="analysis").to_df().iloc[0]
    return {ours: float(row[theirs, "value"]) for theirs, ours in NANNYML.items()}


def smclarify(_reference, current):
    from smclarify.bias import report

    frame = pandas.read_parquet(current, columns=["label", "prediction", "region", "age"])
    rows = frame[["label", "prediction", "region"]]
    arguments = [rows, report.FacetColumn("region", ["north"]), report.LabelColumn("label", rows["label"], [1])]
    predicted = report.LabelColumn("prediction", rows["prediction"], [1])
    names = {
        report.StageType.PRE_TRAINING: ["CDDL", "CI", "DPL", "JS", "KL", "KS", "LP", "TVD"],
        # without the flip test, which is not computed here
        report.StageType.POST_TRAINING: "AD CDDPL DAR DCA DCR DI DPPL DRR GE RD SD TE".split(),
    }
    values = {}
    for stage, metrics in names.items():
        found = report.bias_report(
            *arguments, stage, predicted_label_column=predicted, metrics=metrics, group_variable=frame["age"]
        )
        for metric in found[0]["metrics"]:
            if metric["value"] is not None:
                values[metric["name"]] = float(metric["value"])
    return values


def main(peer, reference, current, warm_reference, warm_current):
    run = globals()[peer]
    run(warm_reference, warm_current)
    begun = time.perf_counter()
    values = run(reference, current)
    seconds = time.perf_counter() - begun
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"seconds": seconds, "values": values, "peakMiB": peak}))


main(*sys.argv[1:])
