"""Serving of built-in XGBoost models: what the image answers in its algorithm mode, one prediction a line."""

import csv
import json
import os

CSV, JSON_TYPE = "text/csv", "application/json"
CSV_TYPES = ("csv", CSV)
LIBSVM_TYPES = ("libsvm", "text/libsvm", "text/x-libsvm")
OTHER_TYPES = ("parquet", "application/x-parquet", "recordio-protobuf", "application/x-recordio-protobuf")
ACCEPTS = [JSON_TYPE, "application/jsonlines", "application/x-recordio-protobuf", CSV]


class AlgorithmModel:
    """The model of a model folder behind /invocations."""

    def __init__(self, model_dir):
        if "SAGEMAKER_INFERENCE_OUTPUT" in os.environ:
            raise NotImplementedError("not implemented by the local cloud: SAGEMAKER_INFERENCE_OUTPUT")
        import xgboost as xgb

        names = [name for name in sorted(os.listdir(model_dir)) if not name.startswith(".")]
        files = [name for name in names if os.path.isfile(os.path.join(model_dir, name))]
        if len(files) != 1:
            raise RuntimeError(f"expected one model file in /opt/ml/model; found {files}")
        self.booster = xgb.Booster()
        self.booster.load_model(os.path.join(model_dir, files[0]))
        self.booster.set_param("nthread", 1)
        self.is_batch = "SAGEMAKER_BATCH" in os.environ

    def transform(self, body, content_type, accept):
        """Status, body and content type of the answer: parse, predict, then look at Accept, in this order."""
        if not body:
            return 204, b"", CSV
        try:
            matrix = self.parse(body, content_type)
        except Exception as error:
            return 415, str(error).encode(), "text/html"
        try:
            predictions = self.booster.predict(matrix, validate_features=False).tolist()
        except Exception as error:
            return 400, f"Unable to evaluate payload provided: {error}".encode(), "text/html"
        accept = (accept or "").partition(";")[0].strip()
        if accept in ("", "*/*"):
            accept = os.environ.get("SAGEMAKER_DEFAULT_INVOCATIONS_ACCEPT", CSV)
        elif accept.lower() not in ACCEPTS:
            text = f"Accept type {accept} is not supported. Please use supported accept types: {ACCEPTS}."
            return 406, text.encode(), "text/html"
        return self.encode(predictions, accept.lower())

    def parse(self, body, given):
        import numpy as np
        import xgboost as xgb

        kind = (given or "text/libsvm").lower().partition(";")[0].strip()
        if kind in CSV_TYPES:
            text = loading("csv", lambda: body.strip().decode("utf-8"))
            return loading("csv", lambda: xgb.DMatrix(np.array(csv_rows(text)).astype(float)))
        if kind in LIBSVM_TYPES:
            return loading("libsvm", lambda: xgb.DMatrix(libsvm_matrix(body.strip().decode("utf-8"))))
        if kind in OTHER_TYPES:
            raise RuntimeError(f"Content-type {given} is not supported.")
        accepted = "csv, libsvm, parquet, recordio-protobuf, text/csv, text/libsvm, text/x-libsvm, application/x-parquet"
        raise RuntimeError(f"{given} is not an accepted ContentType: {accepted}, application/x-recordio-protobuf.")

    def encode(self, predictions, accept):
        if self.is_batch:
            return 200, ("\n".join(map(str, predictions)) + "\n").encode(), accept
        if accept == JSON_TYPE:
            scores = [{"score": each} for each in predictions]
            return 200, json.dumps({"predictions": scores}).encode(), accept
        if accept == CSV:
            lines = [",".join(map(str, each)) if isinstance(each, list) else str(each) for each in predictions]
            return 200, "".join(line + "\n" for line in lines).encode(), accept
        # these two need SAGEMAKER_INFERENCE_OUTPUT, and the encoder of the image raises without it
        raise ValueError(f"Content type {accept} is not supported by this framework.")


def loading(kind, load):
    try:
        return load()
    except Exception as error:
        raise RuntimeError(
            f"Loading {kind} data failed with Exception, please ensure data is in {kind} format:\n {type(error)}\n {error}"
        )


def csv_rows(text):
    delimiter = csv.Sniffer().sniff(text.split("\n")[0][:512]).delimiter
    delimiter = "," if delimiter.isalnum() else delimiter
    return [["nan" if cell == "" else cell for cell in line.split(delimiter)] for line in text.split("\n")]


def libsvm_matrix(text):
    from scipy.sparse import csr_matrix

    entries = [
        (row, *cell.split(":")) for row, line in enumerate(text.split("\n")) for cell in line.split(" ") if ":" in cell
    ]
    columns = [int(column) for _, column, _ in entries]
    return csr_matrix(([float(value) for *_, value in entries], ([row for row, *_ in entries], columns)))
