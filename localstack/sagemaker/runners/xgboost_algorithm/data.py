"""The channels of built-in XGBoost: checked as the container does, and read into matrices."""

import csv
import os
import shutil

from failures import UserError

CSV_TYPES = ("csv", "text/csv")
LIBSVM_TYPES = ("libsvm", "text/libsvm", "text/x-libsvm")
PARQUET_TYPES = ("parquet", "application/x-parquet")
RECORDIO_TYPES = ("recordio-protobuf", "application/x-recordio-protobuf")
CONTENT_TYPES = CSV_TYPES + LIBSVM_TYPES + PARQUET_TYPES + RECORDIO_TYPES
DEEPEST_FOLDER = 3


def check_channels(channels):
    """Fills in the default content type. Raises UserError when a channel is missing, unknown or unfit."""
    if "train" not in channels:
        raise UserError("Missing required channel: train")
    for name, channel in channels.items():
        if name not in ("train", "validation", "code"):
            raise UserError(f"Extraneous channel found: {name}")
        channel.setdefault("ContentType", "text/libsvm")
        allowed = ("text/python",) if name == "code" else CONTENT_TYPES
        if channel["ContentType"] not in allowed or channel["TrainingInputMode"] != "File":
            raise UserError(f"Channel configuration for '{name}' channel is not supported: {channel}")


def matrix_of(folder, content_type, *, csv_weights, scratch):
    """The DMatrix of a channel's files; None when it has none."""
    if size_of(folder) == 0:
        return None
    check_files(folder, content_type)
    import xgboost as xgb

    flat = flattened(folder, scratch)
    if content_type in CSV_TYPES:
        first = sorted(os.listdir(flat))[0]
        with open(os.path.join(flat, first)) as file:
            delimiter = delimiter_of(file.readline())
        weights = "&weight_column=1" if csv_weights == 1 else ""
        matrix = loaded("csv", lambda: xgb.DMatrix(f"{flat}?format=csv&label_column=0&delimiter={delimiter}{weights}"))
    elif content_type in LIBSVM_TYPES:
        matrix = loaded("libsvm", lambda: xgb.DMatrix(f"{flat}?format=libsvm"))
    else:
        matrix = loaded("parquet", lambda: parquet_matrix(flat))
    if matrix.get_label().size == 0:
        raise UserError(
            "Got input data without labels. Please check the input data set. "
            "If training job is running on multiple instances, please switch "
            "to using single instance if number of records in the data set "
            "is less than number of workers (16 * number of instance) in the cluster."
        )
    return matrix


def loaded(kind, load):
    try:
        return load()
    except Exception as error:
        raise UserError(f"Failed to load {kind} data with exception:\n{error}")


def parquet_matrix(folder):
    import pandas
    import xgboost as xgb

    frame = pandas.concat([pandas.read_parquet(os.path.join(folder, name)) for name in sorted(os.listdir(folder))])
    data = frame.to_numpy()
    return xgb.DMatrix(data[:, 1:], label=data[:, 0])


def size_of(folder):
    total = 0
    for root, _, names in os.walk(folder):
        for name in names:
            if name.startswith("."):
                raise UserError("Hidden file found in the data path! Remove that before training.")
            total += os.path.getsize(os.path.join(root, name))
    return total


def flattened(folder, scratch):
    """A folder of links to all files, since XGBoost reads one level."""
    shutil.rmtree(scratch, ignore_errors=True)
    os.makedirs(scratch)
    for root, _, names in os.walk(folder):
        depth = 1 if root == folder else 1 + os.path.relpath(root, folder).count(os.sep) + 1
        for name in names if depth <= DEEPEST_FOLDER else ():
            path = os.path.join(root, name)
            os.symlink(path, os.path.join(scratch, name + str(abs(hash(path)))))
    return scratch


def check_files(folder, content_type):
    """Looks at the first line of each file of the deepest folder, as the container does."""
    deepest = next(root for root, folders, _ in os.walk(folder) if not folders)
    for name in sorted(os.listdir(deepest)):
        path = os.path.join(deepest, name)
        if name.startswith((".", "_")) or not os.path.isfile(path):
            continue
        with open(path, errors="ignore") as file:
            if content_type in CSV_TYPES:
                delimiter_of(file.readline())
            elif content_type in LIBSVM_TYPES:
                check_libsvm(file, name)


def delimiter_of(line):
    try:
        delimiter = csv.Sniffer().sniff(line).delimiter
    except Exception as error:
        raise UserError(f"Could not determine delimiter on line {line[:50]}:\n{error}")
    print(f"[INFO] Determined delimiter of CSV input is '{delimiter}'", flush=True)
    return delimiter


def check_libsvm(lines, name):
    for line in lines:
        label, *features = line.split(" ")
        if not is_label(label) or any(":" not in each for each in features):
            raise UserError(
                f"First line '{line[:50]}...' of file '{name}' is not "
                "'LIBSVM' format. Please ensure the file is in 'LIBSVM' format."
            )
        if len(features) > 1:
            return


def is_label(text):
    try:
        return len([float(part) for part in text.split(":")]) <= 2
    except ValueError:
        return False
