"""What others would have done with the same rows and labels, and how good each was, by scikit-learn.

    policies.py TRAINER PLAYED.jsonl HISTORY.csv MODEL_DIRECTORY FOLDER SPANS.json

`none` leaves the first model alone. `naive` retrains at once, on all labelled rows, and deploys what comes out: whenever a
feature's stability index over a day is above 0.2, or the AUC of a day's labels is 0.05 below that of the model's holdout.
It gets the labels when Driftless gets them. Prints {"auc": {policy: [one for each span]}, "naiveRuns": [day]} as JSON.
"""

import argparse
import contextlib
import json
import os
import sys

import numpy as np
import pandas as pd
from sklearn.metrics import roc_auc_score

trainer, played_file, history_file, model_directory, folder, spans_file = sys.argv[1:]
sys.path.insert(0, trainer)
import train  # noqa: E402

FEATURES = [
    {"name": "origin", "type": "string"},
    {"name": "destination", "type": "string"},
    {"name": "distance", "type": "integer"},
    {"name": "departure_minute", "type": "integer"},
]
NAMES = [feature["name"] for feature in FEATURES]
LABELS_AFTER_DAYS = 2
ALERT, DROP = 0.2, 0.05
MINIMUM_ROWS = 200

played = pd.read_json(played_file, lines=True, dtype={"row": str})
rows = played["row"].str.split(",", expand=True)
rows.columns = NAMES
history = pd.read_csv(history_file, dtype=str, keep_default_na=False).rename(columns={"late": "label"})


def psi(column, reference, current):
    if column in ("origin", "destination"):
        values = sorted(set(reference))
        before = reference.value_counts().reindex(values, fill_value=0).to_numpy()
        after = current.value_counts().reindex(values, fill_value=0).to_numpy()
        before, after = np.append(before, 0), np.append(after, len(current) - after.sum())
    else:
        numbers = [pd.to_numeric(side, errors="coerce") for side in (reference, current)]
        edges = np.unique(np.nanquantile(numbers[0], np.arange(0.1, 1, 0.1)))
        before, after = (
            np.append(np.bincount(np.searchsorted(edges, side.dropna()), minlength=len(edges) + 1), side.isna().sum())
            for side in numbers
        )
    # as those who floor an empty share by a small number
    p, q = (np.maximum(counts / counts.sum(), 1e-4) for counts in (before, after))
    return float(((q - p) * np.log(q / p)).sum())


class Model:
    def __init__(self, directory):
        self.loaded = train.model_fn(directory)

    def score(self, frame):
        return train.predict_fn(frame[NAMES].values.tolist(), self.loaded)


def fit(frame, number):
    """Trains on nine rows of ten; the tenth stops early and is the holdout."""
    home = os.path.join(folder, f"naive-{number}")
    parts = {"train": frame[np.arange(len(frame)) % 10 != 0], "validation": frame[np.arange(len(frame)) % 10 == 0]}
    # what the trainer would read from CSV files
    train.read_channel = lambda channel, columns: parts[channel][columns].reset_index(drop=True)
    os.makedirs(os.path.join(home, "schema"), exist_ok=True)
    os.makedirs(os.path.join(home, "model"), exist_ok=True)
    with open(os.path.join(home, "schema", "schema.json"), "w") as file:
        json.dump({"target": "label", "features": FEATURES}, file)
    arguments = argparse.Namespace(
        rounds=120, max_depth=6, eta=0.15, model_dir=os.path.join(home, "model"), schema=os.path.join(home, "schema"),
        train="train", validation="validation",
    )
    with contextlib.redirect_stdout(sys.stderr):
        train.train(arguments)
    model = Model(arguments.model_dir)
    return model, auc(parts["validation"]["label"], model.score(parts["validation"]))


def auc(labels, scores):
    labels = np.asarray(labels).astype(int)
    return float(roc_auc_score(labels, scores)) if 0 < labels.sum() < len(labels) else None


first = Model(model_directory)
played["none"] = first.score(rows)
played["naive"] = np.nan
model, reference = first, history
holdout_auc = auc(history["label"][-5000:], first.score(history[-5000:]))
runs = []
for day in range(int(played["day"].max()) + 1):
    today = played["day"] == day
    if day > 0:
        yesterday = rows[played["day"] == day - 1]
        is_drift = len(yesterday) >= MINIMUM_ROWS and any(
            psi(name, reference[name], yesterday[name]) > ALERT for name in NAMES
        )
        judged = (played["day"] == day - LABELS_AFTER_DAYS) & played["label"].notna()
        realized = auc(played["label"][judged], played["naive"][judged]) if judged.sum() >= MINIMUM_ROWS else None
        if is_drift or (realized is not None and realized < holdout_auc - DROP):
            known = (played["day"] <= day - LABELS_AFTER_DAYS) & played["label"].notna()
            new = rows[known].assign(label=played["label"][known].astype(int).astype(str))
            reference = pd.concat([history[["label", *NAMES]], new[["label", *NAMES]]], ignore_index=True)
            model, holdout_auc = fit(reference, len(runs) + 1)
            runs.append(day)
    if today.any():
        played.loc[today, "naive"] = model.score(rows[today])

with open(spans_file) as file:
    spans = json.load(file)
found = {}
for policy, column in (("driftless", "probability"), ("none", "none"), ("naive", "naive")):
    inside = [(played["day"] >= start) & (played["day"] < end) for start, end in spans]
    found[policy] = [auc(played["truth"][rows_of], played[column][rows_of]) for rows_of in inside]
print(json.dumps({"auc": found, "naiveRuns": runs}))
