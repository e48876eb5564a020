"""Serving defaults of the XGBoost image: CSV and libsvm in, JSON and CSV out."""

import json

from . import CSV, JSON_TYPE, UnsupportedFormatError

LIBSVM_TYPES = ("text/libsvm", "text/x-libsvm")
# without a script the image serves the model of its own algorithm
HAS_ALGORITHM = True
HAS_EXECUTION_PARAMETERS = True


def default_input_fn(body, content_type):
    import numpy as np
    import xgboost as xgb

    if content_type == CSV:
        rows = [["nan" if cell == "" else cell for cell in line.split(",")] for line in body.strip("\n").split("\n")]
        return xgb.DMatrix(np.array(rows).astype(np.float32))
    if content_type in LIBSVM_TYPES:
        import tempfile

        with tempfile.NamedTemporaryFile() as file:
            file.write(body)
            file.flush()
            return xgb.DMatrix(f"{file.name}?format=libsvm")
    raise UnsupportedFormatError(content_type)


def default_predict_fn(data, model):
    return model.predict(data, validate_features=False)


def default_output_fn(prediction, accept):
    values = prediction.tolist() if hasattr(prediction, "tolist") else prediction
    if accept == JSON_TYPE:
        return json.dumps(values), accept
    if accept == CSV:
        rows = values if isinstance(values, list) else [values]
        lines = [",".join(map(str, row)) if isinstance(row, list) else str(row) for row in rows]
        return "".join(line + "\n" for line in lines), accept
    raise UnsupportedFormatError(accept)
