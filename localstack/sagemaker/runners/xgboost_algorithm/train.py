"""Built-in XGBoost as a training container: reads /opt/ml/input, trains, prints each round, writes xgboost-model.

What the image does in its algorithm mode, in XGBoost's own library; rules, messages and log lines are those of
https://github.com/aws/sagemaker-xgboost-container (v1.7-1). Environment: SAGEMAKER_BASE_DIR for /opt/ml.
"""

import json
import os
import re
import signal
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

import data
import failures
import hyperparameters
import metrics

BASE = os.environ.get("SAGEMAKER_BASE_DIR", "/opt/ml")
MODEL_NAME = "xgboost-model"
CHECKPOINT = "xgboost-checkpoint"
KEPT_CHECKPOINTS = 5
# what XGBoost says when the data or the hyperparameters are wrong
CUSTOMER_ERRORS = (
    "label must be in [0,1] for logistic regression",
    "label must be in [0, num_class)",
    "Target is multiclass but average='binary'",
    "feature_names mismatch",
    "Check failed: preds.size() == info.labels_.size()",
    "Check failed: !auc_error AUC: the dataset only contains pos or neg samples",
    "Check failed: base_score > 0.0f && base_score < 1.0f base_score must be in (0,1) for logistic loss",
    "Check failed: label_correct PoissonRegression: label must be nonnegative",
    "Check failed: label_correct TweedieRegression: label must be nonnegative",
    "Parameter reg_lambda should be greater equal to 0",
)


def below(*parts):
    return os.path.join(BASE, *parts)


def read_config(name):
    path = below("input", "config", name)
    if not os.path.exists(path):
        return {}
    with open(path) as file:
        return json.load(file)


def info(text):
    print(f"[INFO] {text}", flush=True)


def last_checkpoint(folder):
    """Path of the newest checkpoint, and the rounds that it holds."""
    rounds = [int(match[1]) for name in os.listdir(folder) if (match := re.fullmatch(rf"{CHECKPOINT}\.(\d+)", name))]
    if not rounds:
        return None, 0
    return os.path.join(folder, f"{CHECKPOINT}.{max(rounds)}"), max(rounds) + 1


def callbacks_for(values, objective_metric, *, has_validation, checkpoints, start):
    import xgboost as xgb

    class SaveCheckpoint(xgb.callback.TrainingCallback):
        def after_iteration(self, model, epoch, evals_log):
            path = os.path.join(checkpoints, f"{CHECKPOINT}.{start + epoch}")
            model.save_model(path + ".sagemaker-ignore")
            os.replace(path + ".sagemaker-ignore", path)
            old = os.path.join(checkpoints, f"{CHECKPOINT}.{start + epoch - KEPT_CHECKPOINTS}")
            if os.path.exists(old):
                os.remove(old)
            return False

    class SaveModel(xgb.callback.TrainingCallback):
        def after_iteration(self, model, epoch, evals_log):
            model.save_model(below("model", MODEL_NAME))
            return False

    callbacks = [xgb.callback.EvaluationMonitor()]
    if checkpoints:
        callbacks.append(SaveCheckpoint())
    if values["save_on_termination"]:
        callbacks.append(SaveModel())
        signal.signal(signal.SIGTERM, lambda *_: os._exit(0))
    if values["early_stopping_rounds"] and has_validation and objective_metric:
        callbacks.append(
            xgb.callback.EarlyStopping(
                rounds=values["early_stopping_rounds"],
                data_name="validation",
                metric_name=objective_metric,
                maximize=objective_metric in metrics.MAXIMIZED,
                save_best=True,
            )
        )
    return callbacks


def train(parameters, train_matrix, validation_matrix, checkpoints):
    import xgboost as xgb

    rounds = parameters.pop("num_round")
    parameters.pop("csv_weights", None)
    own = {
        "save_on_termination": parameters.pop("save_model_on_termination", "false") == "true",
        "early_stopping_rounds": parameters.pop("early_stopping_rounds", None),
    }
    asked = parameters.pop("eval_metric", None)
    native, evaluate, tuned = metrics.split(parameters.pop("_tuning_objective_metric", None), asked)
    if native:
        parameters["eval_metric"] = native
    info(f"Train matrix has {train_matrix.num_row()} rows and {train_matrix.num_col()} columns")
    watched = [(train_matrix, "train")]
    if validation_matrix:
        info(f"Validation matrix has {validation_matrix.num_row()} rows")
        watched.append((validation_matrix, "validation"))
    model, start = last_checkpoint(checkpoints) if checkpoints else (None, 0)
    if model:
        info(f"Checkpoint loaded from {shown(model)}")
        info(f"Resuming from iteration {start}")
    stop_at = tuned or (asked[-1] if asked else None)
    callbacks = callbacks_for(own, stop_at, has_validation=bool(validation_matrix), checkpoints=checkpoints, start=start)
    # `feval` sees margins, `custom_metric` (all that newer versions have) probabilities: as in the images
    custom = {"feval": evaluate} if xgb.__version__.startswith("1.") else {"custom_metric": evaluate}
    try:
        return xgb.train(
            parameters,
            train_matrix,
            num_boost_round=rounds - start,
            evals=watched,
            callbacks=callbacks,
            xgb_model=model,
            verbose_eval=False,
            **custom,
        )
    except Exception as error:
        if any(text in str(error) for text in CUSTOMER_ERRORS):
            raise failures.UserError(str(error))
        raise failures.AlgorithmError(f"XGB train call failed with exception:\n {error}")


def shown(path):
    return path.replace(BASE, "/opt/ml", 1)


def main():
    parameters = hyperparameters.validated(read_config("hyperparameters.json"))
    parameters.pop("use_dask_gpu_training", None)
    if "updater" in parameters:
        parameters["updater"] = ",".join(parameters["updater"])
    channels = read_config("inputdataconfig.json")
    data.check_channels(channels)
    info("Determined 0 GPU(s) available on the instance.")
    content_type = channels["train"]["ContentType"]
    matrices = []
    for name in ("train", "validation"):
        folder = below("input", "data", name)
        scratch = os.path.join(os.environ.get("TMPDIR", "/tmp"), f"sagemaker_xgboost_input_data_{name}")
        if name in channels:
            info(f"File path {shown(folder)} of input files")
        weights = parameters.get("csv_weights", 0)
        matrix = data.matrix_of(folder, content_type, csv_weights=weights, scratch=scratch) if name in channels else None
        if matrix is None and name in channels:
            kind = "training" if name == "train" else name
            raise failures.UserError(f"No data in {kind} channel path {shown(folder)}")
        matrices.append(matrix)
    info("Single node training.")
    checkpoints = None
    if "checkpointconfig.json" in os.listdir(below("input", "config")):
        checkpoints = below("checkpoints")
    booster = train(parameters, *matrices, checkpoints)
    booster.save_model(below("model", MODEL_NAME))


if __name__ == "__main__":
    try:
        main()
    except Exception as error:
        failures.exit_with(error, BASE)
