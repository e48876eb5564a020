"""Serving defaults of the scikit-learn image: CSV, JSON and NPY in, the same out.

As sagemaker-scikit-learn-container and the sagemaker-containers toolkit under it read and write them, with their traps: a
single CSV row becomes one dimension, which estimators refuse, and an empty cell is no number. JSON Lines is for a
script's own functions. Pickled NPY bodies are refused here: they would run code of the request.
@see https://github.com/aws/sagemaker-scikit-learn-container
"""

import csv
import io
import json

from . import CSV, JSON_TYPE, NPY, TEXT_TYPES, UnsupportedFormatError

# without a script there is nothing to serve: the image has no algorithm of its own
HAS_ALGORITHM = False
# the toolkit answers GET /execution-parameters only for a script that defines execution_parameters_fn
HAS_EXECUTION_PARAMETERS = False


def default_input_fn(body, content_type):
    """An array of 32-bit floats from text; what an NPY body holds as it is."""
    import numpy as np

    if content_type == NPY:
        return np.load(io.BytesIO(body), allow_pickle=False)
    if content_type == CSV:
        rows = list(csv.reader(io.StringIO(body), strict=True))
        return np.array(rows).squeeze().astype(np.float32)
    if content_type == JSON_TYPE:
        return np.array(json.loads(body)).astype(np.float32)
    raise UnsupportedFormatError(content_type)


def default_predict_fn(data, model):
    return model.predict(data)


def default_output_fn(prediction, accept):
    import numpy as np

    if accept == JSON_TYPE:
        return json.dumps(prediction, default=lambda value: value.tolist()), accept
    if accept == CSV:
        array = np.array(prediction)
        text = io.StringIO()
        csv.writer(text, lineterminator="\n").writerows(array.reshape(-1, 1) if array.ndim == 1 else array)
        return text.getvalue(), accept
    if accept == NPY:
        buffer = io.BytesIO()
        np.save(buffer, prediction)
        return buffer.getvalue(), accept
    raise UnsupportedFormatError(accept)
