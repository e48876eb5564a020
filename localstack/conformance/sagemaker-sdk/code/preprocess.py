"""A processing script as users write it: paths spelled out, an argument, a message at the end."""

import argparse
import pathlib

import pandas
from sklearn.preprocessing import StandardScaler

parser = argparse.ArgumentParser()
parser.add_argument("--rows", type=int)
arguments = parser.parse_args()
frame = pandas.read_csv("/opt/ml/processing/input/data/train.csv", header=None).head(arguments.rows)
scaled = pandas.DataFrame(StandardScaler().fit_transform(frame.iloc[:, 1:]))
output = pathlib.Path("/opt/ml/processing/output")
scaled.to_csv(output / "scaled.csv", header=False, index=False)
print(f"scaled {len(scaled)} rows")
