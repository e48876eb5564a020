"""The algorithm's metrics: which there are, which way is better, and those that XGBoost does not compute itself."""

MAXIMIZED = (
    "accuracy auc aucpr balanced_accuracy f1 f1_binary f1_macro map ndcg precision r2 recall "
    "precision_macro precision_micro recall_macro recall_micro"
).split()
MINIMIZED = (
    "aft-nloglik cox-nloglik error gamma-deviance gamma-nloglik interval-regression-accuracy logloss mae mape merror "
    "mlogloss mphe mse poisson-nloglik rmse rmsle tweedie-nloglik"
).split()

COMPUTED = (
    "accuracy balanced_accuracy f1 f1_binary f1_macro mae mse rmse r2 precision recall precision_macro precision_micro "
    "recall_macro recall_micro"
).split()


def classes_of(margins):
    """The predicted class of each row, from what XGBoost hands to a custom metric: untransformed margins."""
    import numpy as np

    return np.argmax(margins, axis=-1) if margins.ndim > 1 else (margins > 0).astype(int)


def computed():
    """Name to function(labels, predictions), of the metrics that the container computes with scikit-learn."""
    from sklearn import metrics as sk

    def by_class(score, **options):
        return lambda labels, margins: score(labels, classes_of(margins), **options)

    table = {
        "accuracy": by_class(sk.accuracy_score),
        "balanced_accuracy": by_class(sk.balanced_accuracy_score),
        "f1": by_class(sk.f1_score, average="macro"),
        "f1_binary": by_class(sk.f1_score, average="binary"),
        "f1_macro": by_class(sk.f1_score, average="macro"),
        "mae": sk.mean_absolute_error,
        "mse": sk.mean_squared_error,
        "rmse": lambda labels, values: sk.mean_squared_error(labels, values) ** 0.5,
        "r2": sk.r2_score,
        "precision": by_class(sk.precision_score),
        "recall": by_class(sk.recall_score),
    }
    for kind, score in (("precision", sk.precision_score), ("recall", sk.recall_score)):
        for average in ("macro", "micro"):
            table[f"{kind}_{average}"] = by_class(score, average=average)
    return table


def split(tuning_metric, eval_metric):
    """Metrics for XGBoost, a function that computes the others (or None), and the tuning objective's name."""
    objective = tuning_metric.split(":")[1] if tuning_metric else None
    if objective and eval_metric:
        wanted = sorted({objective, *eval_metric})
    else:
        wanted = [objective] if objective else eval_metric
    if not wanted:
        return None, None, objective
    native = [name for name in wanted if name not in COMPUTED]
    custom = [name for name in wanted if name in COMPUTED]
    if not custom:
        return native, None, objective
    own = computed()

    def evaluate(predictions, data):
        return [(name, own[name](data.get_label(), predictions)) for name in custom]

    return native or None, evaluate, objective
