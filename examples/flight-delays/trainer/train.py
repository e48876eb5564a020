"""Trains and serves the flight-delays model: will a flight arrive more than 15 minutes late?

Script mode of AWS's XGBoost container. Training: channels `train` and `validation` hold CSV files without a header,
the label first and then the features in the order of `schema.json` (channel `schema`). Serving: the container calls
`model_fn`, `input_fn`, `predict_fn` and `output_fn` below; a request is CSV without a header, one flight a line, and
the answer is one probability a line.
"""

import argparse
import csv
import io
import json
import os

import numpy as np
import pandas as pd
import xgboost as xgb


def read_channel(directory, columns):
    files = sorted(os.path.join(directory, name) for name in os.listdir(directory) if name.endswith(".csv"))
    frames = [pd.read_csv(name, header=None, names=columns, dtype=str, keep_default_na=False) for name in files]
    return pd.concat(frames, ignore_index=True)


class Encoder:
    """Numbers as they are; a category as its code, with unseen values as missing."""

    def __init__(self, features, categories):
        self.features = features
        self.categories = categories

    @classmethod
    def fit(cls, frame, features):
        return cls(
            features,
            {f["name"]: sorted(frame[f["name"]].unique()) for f in features if f["type"] in ("string", "boolean")},
        )

    def transform(self, frame):
        columns = []
        for feature in self.features:
            values = frame[feature["name"]]
            if feature["name"] in self.categories:
                codes = {value: code for code, value in enumerate(self.categories[feature["name"]])}
                columns.append(values.map(codes).to_numpy(dtype=np.float32))
            else:
                columns.append(pd.to_numeric(values, errors="coerce").to_numpy(dtype=np.float32))
        return np.column_stack(columns)

    @property
    def feature_types(self):
        return ["c" if f["name"] in self.categories else "q" for f in self.features]

    def matrix(self, frame, label=None):
        return xgb.DMatrix(
            self.transform(frame), label=label, feature_types=self.feature_types, enable_categorical=True
        )


def train(arguments):
    with open(os.path.join(arguments.schema, "schema.json")) as file:
        schema = json.load(file)
    features = schema["features"]
    columns = [schema["target"], *(feature["name"] for feature in features)]
    frame = read_channel(arguments.train, columns)
    validation = read_channel(arguments.validation, columns)
    encoder = Encoder.fit(frame, features)
    booster = xgb.train(
        {
            "objective": "binary:logistic",
            "eval_metric": "auc",
            "tree_method": "hist",
            "max_depth": arguments.max_depth,
            "eta": arguments.eta,
            "subsample": 0.8,
            "colsample_bytree": 0.9,
            "min_child_weight": 20,
            "max_cat_to_onehot": 4,
            "seed": 7,
        },
        encoder.matrix(frame, frame[schema["target"]].astype(float)),
        num_boost_round=arguments.rounds,
        evals=[(encoder.matrix(validation, validation[schema["target"]].astype(float)), "validation")],
        early_stopping_rounds=20,
        verbose_eval=10,
    )
    booster.save_model(os.path.join(arguments.model_dir, "model.json"))
    with open(os.path.join(arguments.model_dir, "encoder.json"), "w") as file:
        json.dump({"features": features, "categories": encoder.categories}, file)


def model_fn(model_dir):
    booster = xgb.Booster()
    booster.load_model(os.path.join(model_dir, "model.json"))
    with open(os.path.join(model_dir, "encoder.json")) as file:
        encoder = Encoder(**json.load(file))
    return booster, encoder


def input_fn(body, content_type):
    if content_type.split(";")[0].strip() != "text/csv":
        raise ValueError(f"content type {content_type!r} is not supported; send text/csv without a header")
    text = body.decode("utf-8") if isinstance(body, bytes) else body
    return [row for row in csv.reader(io.StringIO(text)) if row]


def predict_fn(rows, model):
    booster, encoder = model
    names = [feature["name"] for feature in encoder.features]
    for number, row in enumerate(rows):
        if len(row) != len(names):
            raise ValueError(f"row {number} has {len(row)} values; expected {len(names)}: {', '.join(names)}")
    frame = pd.DataFrame(rows, columns=names, dtype=str)
    iterations = (0, booster.best_iteration + 1)
    return booster.predict(encoder.matrix(frame), iteration_range=iterations)


def output_fn(prediction, accept):
    return "".join(f"{value:.7g}\n" for value in prediction), "text/csv"


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=120)
    parser.add_argument("--max-depth", type=int, default=6)
    parser.add_argument("--eta", type=float, default=0.15)
    parser.add_argument("--model-dir", default=os.environ.get("SM_MODEL_DIR"))
    parser.add_argument("--train", default=os.environ.get("SM_CHANNEL_TRAIN"))
    parser.add_argument("--validation", default=os.environ.get("SM_CHANNEL_VALIDATION"))
    parser.add_argument("--schema", default=os.environ.get("SM_CHANNEL_SCHEMA"))
    train(parser.parse_args())
