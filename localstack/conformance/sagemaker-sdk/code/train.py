"""A training script as users of the XGBoost framework write it: the one script trains and serves."""

import argparse
import os

import pandas
import xgboost


def read(channel):
    frame = pandas.read_csv(os.path.join(os.environ[f"SM_CHANNEL_{channel}"], f"{channel.lower()}.csv"), header=None)
    return xgboost.DMatrix(frame.iloc[:, 1:].to_numpy(), label=frame[0])


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--num-round", type=int)
    parser.add_argument("--max-depth", type=int)
    arguments = parser.parse_args()
    train, validation = read("TRAIN"), read("VALIDATION")
    parameters = {"objective": "binary:logistic", "eval_metric": "auc", "max_depth": arguments.max_depth}
    booster = xgboost.train(
        parameters, train, arguments.num_round, evals=[(train, "train"), (validation, "validation")]
    )
    booster.save_model(os.path.join(os.environ["SM_MODEL_DIR"], "model.json"))


def model_fn(model_dir):
    booster = xgboost.Booster()
    booster.load_model(os.path.join(model_dir, "model.json"))
    return booster


if __name__ == "__main__":
    main()
