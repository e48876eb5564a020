"""Trains and serves the penguins model: of which species is a penguin?

Script mode of AWS's scikit-learn container. Training: channels `train` and `validation` hold CSV files without a header,
the code of the class first and then the features in the order of `schema.json` (channel `schema`). The log tells the loss
on the validation rows, which the search reads. Serving: a request is CSV without a header, one penguin a line, and the
answer is a line with one probability a class, in the order of the classes.
"""

import argparse
import csv
import io
import json
import os

import joblib
import pandas as pd
from sklearn.compose import ColumnTransformer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import log_loss
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler


def read_channel(directory, names):
    files = sorted(os.path.join(directory, name) for name in os.listdir(directory) if name.endswith(".csv"))
    return pd.concat([pd.read_csv(file, header=None, names=names) for file in files], ignore_index=True)


def train(arguments):
    with open(os.path.join(arguments.schema, "schema.json")) as file:
        schema = json.load(file)
    features = [feature["name"] for feature in schema["features"]]
    texts = [feature["name"] for feature in schema["features"] if feature["type"] == "string"]
    numbers = [name for name in features if name not in texts]
    rows = read_channel(arguments.train, [schema["target"], *features])
    validation = read_channel(arguments.validation, [schema["target"], *features])
    encoder = ColumnTransformer(
        [("texts", OneHotEncoder(handle_unknown="ignore"), texts), ("numbers", StandardScaler(), numbers)]
    )
    model = make_pipeline(encoder, LogisticRegression(C=arguments.inverse_penalty, max_iter=2000))
    model.fit(rows[features], rows[schema["target"]])
    probabilities = model.predict_proba(validation[features])
    loss = log_loss(validation[schema["target"]], probabilities, labels=model.classes_)
    print(f"validation_loss={loss:.6f}", flush=True)
    joblib.dump({"features": features, "texts": texts, "model": model}, os.path.join(arguments.model_dir, "model.joblib"))


def model_fn(model_dir):
    return joblib.load(os.path.join(model_dir, "model.joblib"))


def input_fn(body, content_type):
    if content_type.split(";")[0].strip() != "text/csv":
        raise ValueError(f"content type {content_type!r} is not supported; send text/csv without a header")
    text = body.decode("utf-8") if isinstance(body, bytes) else body
    return [row for row in csv.reader(io.StringIO(text)) if row]


def predict_fn(rows, loaded):
    features = loaded["features"]
    for number, row in enumerate(rows):
        if len(row) != len(features):
            raise ValueError(f"row {number} has {len(row)} values; expected {len(features)}: {', '.join(features)}")
    frame = pd.DataFrame(rows, columns=features)
    types = {name: float for name in features if name not in loaded["texts"]}
    return loaded["model"].predict_proba(frame.astype(types))


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    # of the weights: the smaller, the simpler the model
    parser.add_argument("--inverse-penalty", type=float, default=1.0)
    parser.add_argument("--model-dir", default=os.environ.get("SM_MODEL_DIR"))
    parser.add_argument("--train", default=os.environ.get("SM_CHANNEL_TRAIN"))
    parser.add_argument("--validation", default=os.environ.get("SM_CHANNEL_VALIDATION"))
    parser.add_argument("--schema", default=os.environ.get("SM_CHANNEL_SCHEMA"))
    train(parser.parse_args())
