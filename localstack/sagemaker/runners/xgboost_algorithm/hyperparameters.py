"""The hyperparameters of built-in XGBoost: parsed from text and checked as the container does, with its messages."""

import ast

from failures import UserError
from metrics import MAXIMIZED, MINIMIZED

ALIASES = {"learning_rate": "eta", "min_split_loss": "gamma", "reg_lambda": "lambda", "reg_alpha": "alpha"}
OBJECTIVES = (
    "aft_loss_distribution binary:logistic binary:logitraw binary:hinge count:poisson multi:softmax multi:softprob "
    "rank:pairwise rank:ndcg rank:map reg:linear reg:squarederror reg:logistic reg:gamma reg:pseudohubererror "
    "reg:squaredlogerror reg:tweedie survival:aft survival:cox"
).split()
TREE_UPDATERS = "grow_colmaker distcol grow_histmaker grow_skmaker sync refresh prune grow_quantile_histmaker".split()
BUILDING_UPDATERS = ("grow_colmaker", "distcol", "grow_histmaker", "grow_quantile_histmaker")
LINEAR_UPDATERS = ("shotgun", "coord_descent")
WITH_THRESHOLD = ("error", "ndcg", "map")


class Interval:
    """Numbers between two bounds, each of them open or closed, printed as the container prints it."""

    def __init__(self, text):
        self.text = text
        low, high = text[1:-1].split(", ")
        self.low, self.high = float(low), float(high)

    def __contains__(self, value):
        above = value > self.low if self.text[0] == "(" else value >= self.low
        return above and (value < self.high if self.text[-1] == ")" else value <= self.high)

    def __str__(self):
        return self.text


def ranges(parse, table):
    return {name: (parse, Interval(text)) for text, names in table.items() for name in names.split()}


def choices(table):
    return {name: (str, values.split()) for name, values in table.items()}


SEED = f"({-(2**31)}, {2**31 - 1})"
RULES = {
    "num_round": (int, Interval("[1, +inf)")),
    **ranges(
        int,
        {
            "[0, 1]": "csv_weights refresh_leaf one_drop",
            "[1, +inf)": "early_stopping_rounds nthread num_parallel_tree _num_cv_round",
            "[2, +inf)": "_kfold num_class",
            "[0, 3]": "verbosity",
            "[0, +inf)": "max_depth max_leaves max_bin",
            "(1.0, +inf)": "prob_buffer_row",
            SEED: "seed",
        },
    ),
    **ranges(
        float,
        {
            "[0, 1]": "eta rate_drop skip_drop lambda_bias",
            "[0, +inf)": "gamma min_child_weight max_delta_step lambda alpha base_score aft_loss_distribution_scale",
            "(0, 1]": "subsample colsample_bytree colsample_bylevel colsample_bynode",
            "(0, 1)": "sketch_eps",
            "(0, +inf)": "scale_pos_weight",
            "(1, 2)": "tweedie_variance_power",
        },
    ),
    **choices(
        {
            "booster": "gbtree gblinear dart",
            "tree_method": "auto exact approx hist gpu_hist",
            "dsplit": "row col",
            "process_type": "default update",
            "grow_policy": "depthwise lossguide",
            "predictor": "auto cpu_predictor gpu_predictor",
            "sample_type": "uniform weighted",
            "normalize_type": "tree forest",
            "sampling_method": "uniform gradient_based",
            "aft_loss_distribution": "normal logistic extreme",
            "save_model_on_termination": "true false",
            "deterministic_histogram": "true false",
            "use_dask_gpu_training": "true false",
        }
    ),
    "objective": (str, OBJECTIVES),
    "_tuning_objective_metric": (str, [f"validation:{name}" for name in MAXIMIZED + MINIMIZED]),
    "updater": (lambda text: text.split(","), [*TREE_UPDATERS[:-1], *LINEAR_UPDATERS]),
    "eval_metric": (lambda text: text.split(","), MAXIMIZED + MINIMIZED),
    "monotone_constraints": (ast.literal_eval, [-1, 0, 1]),
    "interaction_constraints": (ast.literal_eval, Interval("[1, +inf)")),
}


def validated(given):
    """The hyperparameters as values. Raises UserError about the first that is wrong."""
    given = {ALIASES.get(name, name): text for name, text in given.items()}
    if "num_round" not in given:
        raise UserError("Missing required hyperparameter: num_round")
    values = {}
    for name, text in given.items():
        if name not in RULES:
            raise UserError(f"Extraneous hyperparameter found: {name}")
        try:
            values[name] = RULES[name][0](text)
        except ValueError as error:
            raise UserError(f"Hyperparameter {name}: could not parse value", caused_by=error)
    for name, value in values.items():
        check_range(name, value)
    check_dependencies(values)
    return values


def check_range(name, value):
    allowed = RULES[name][1]
    if name == "eval_metric":
        in_range = all(is_metric(each) for each in value)
    elif name == "interaction_constraints":
        in_range = all(each in allowed for group in value for each in group)
    elif isinstance(value, (list, tuple)):
        in_range = all(each in allowed for each in value)
    elif value not in allowed:
        raise UserError(f"Hyperparameter {name}: {value} is not in {allowed}")
    else:
        return
    if not in_range:
        raise UserError(f"Hyperparameter {name}: value {value} not in range {allowed}")


def is_metric(metric):
    if "<function" in metric:
        raise UserError(f"User defined evaluation metric {metric} is not supported yet.")
    if "@" not in metric:
        return metric in RULES["eval_metric"][1]
    name, threshold = (part.strip() for part in metric.split("@")[:2])
    if name not in WITH_THRESHOLD:
        raise UserError(
            f"Metric '{metric}' is not supported. Parameter 'eval_metric' with customized threshold should "
            "be one of these options: 'error', 'ndcg', 'map'."
        )
    try:
        float(threshold)
    except ValueError:
        raise UserError(f"Threshold value 't' in '{name}@t' expects float input.")
    return True


def check_dependencies(values):
    objective, metrics = values.get("objective"), values.get("eval_metric", [])
    if objective in ("multi:softmax", "multi:softprob") and "num_class" not in values:
        raise UserError("Require input for parameter 'num_class' for multi-classification")
    if metrics and objective is None:
        # an oversight of the container, which looks the objective up without asking whether it is there
        raise KeyError("objective")
    if "auc" in metrics and not objective.startswith(("binary:", "rank:")):
        raise UserError("Metric 'auc' can only be applied for classification and ranking problems.")
    if "aft-nloglik" in metrics and objective != "survival:aft":
        raise UserError("Metric 'aft-nloglik' can only be applied for 'survival:aft' objective.")
    tree_method = values.get("tree_method")
    if "monotone_constraints" in values and tree_method not in ("exact", "hist"):
        raise UserError(
            "monotone_constraints can be used only when the tree_method parameter is set to either 'exact' or 'hist'."
        )
    if "interaction_constraints" in values and tree_method not in ("exact", "hist", "approx"):
        raise UserError(
            "interaction_constraints can be used only when the tree_method parameter is set to "
            "either 'exact', 'hist' or 'approx'."
        )
    if "updater" in values:
        check_updaters(values["updater"], values)


def check_updaters(updaters, values):
    if values.get("booster") == "gblinear":
        if len(updaters) != 1 or updaters[0] not in LINEAR_UPDATERS:
            raise UserError("Linear updater should be one of these options: 'shotgun', 'coord_descent'.")
    elif values.get("process_type") == "update":
        if any(each not in ("refresh", "prune") for each in updaters):
            raise UserError("process_type 'update' can only be used with updater 'refresh' and 'prune'")
    elif any(each not in TREE_UPDATERS for each in updaters):
        raise UserError(
            "Tree updater should be selected from these options: 'grow_colmaker', 'distcol', 'grow_histmaker', "
            "'grow_skmaker', 'grow_quantile_histmaker', 'sync', 'refresh', 'prune', 'shortgun', 'coord_descent'."
        )
    elif sum(each in BUILDING_UPDATERS for each in updaters) > 1:
        raise UserError(
            "Only one tree grow plugin can be selected. Choose one from the"
            "following: 'grow_colmaker', 'distcol', 'grow_histmaker', 'grow_skmaker'"
        )
