/**
 * Expected numbers made outside our code: values by scikit-learn on rows of our own, standard errors by the jackknife
 * (leave one row out) over scikit-learn's values. Rows copied from the project's file of golden numbers.
 */

export const REGRESSION = {
  y: [
    7.348, 12.077, 14.52, 10.149, 9.618, 9.571, 6.504, 11.923, 9.049, 13.315, 8.918, 11.661, 10.348, 8.967,
    7.93, 10.605, 9.393, 7.604, 13.381, 7.92, 6.236, 12.727, 5.782, 7.691, 8.1, 9.258, 5.317, 11.928, 12.38,
    10.541, 6.842, 11.559, 7.642, 13.342, 6.884, 7.436, 8.624, 8.849, 10.644, 11.334, 11.238, 13.671, 10.991,
    8.947, 13.565, 8.839, 13.471, 8.894, 12.859, 10.808, 13.296, 9.713, 8.547, 12.452, 10.356, 8.866, 11.227,
    8.069, 12.207, 11.735,
  ],
  predictions: [
    8.876, 10.191, 14.42, 8.216, 10.103, 8.494, 7.168, 11.473, 7.768, 12.74, 8.962, 11.063, 9.776, 10.147,
    7.283, 10.115, 7.622, 8.55, 11.995, 7.812, 6.449, 12.115, 5.837, 7.49, 8.67, 8.906, 4.727, 11.423, 10.545,
    9.234, 7.545, 11.632, 7.047, 11.995, 7.828, 8.439, 9.312, 8.446, 10.514, 10.996, 11.711, 13.351, 10.517,
    9.39, 11.822, 8.996, 12.712, 9.744, 12.41, 10.892, 13.033, 9.912, 8.652, 11.435, 11.613, 8.665, 10.994,
    7.803, 12.244, 11.984,
  ],
  smape: 0.06904726644961441,
};

/** Classes and predicted classes as codes. */
export const MULTICLASS = {
  y: [
    1, 2, 1, 2, 2, 2, 2, 1, 2, 0, 0, 0, 0, 2, 2, 0, 2, 2, 2, 0, 2, 2, 1, 2, 0, 1, 0, 0, 1, 1, 1, 1, 1, 1, 2,
    1, 2, 0, 1, 1, 1, 1, 1, 0, 2, 0, 0, 0, 1, 0, 2, 0, 0, 0, 1, 2, 0, 0, 1, 0, 2, 2, 1, 0, 1, 2, 0, 1, 0, 2,
    2, 0, 0, 1, 0, 1, 0, 0, 1, 2, 0, 2, 2, 1, 0, 1, 1, 1, 2, 1,
  ],
  predicted: [
    1, 0, 2, 2, 2, 2, 2, 0, 2, 0, 0, 0, 0, 2, 2, 0, 2, 0, 2, 0, 0, 2, 1, 1, 0, 1, 0, 0, 1, 1, 0, 1, 1, 1, 2,
    1, 2, 0, 1, 0, 2, 1, 1, 0, 2, 0, 0, 0, 0, 0, 0, 0, 1, 2, 1, 2, 0, 0, 1, 0, 2, 0, 1, 0, 1, 1, 0, 1, 0, 1,
    2, 0, 0, 1, 0, 1, 0, 0, 2, 2, 2, 1, 2, 0, 1, 1, 1, 1, 2, 1,
  ],
  confusion: [
    [27, 2, 2],
    [5, 23, 3],
    [5, 4, 19],
  ],
};

export interface Expected {
  readonly value: number;
  readonly error: number;
  /** To the second model of the test. */
  readonly difference: number;
  readonly differenceError: number;
}

export const EXPECTED: Readonly<Record<'binary' | 'multiclass' | 'regression', Record<string, Expected>>> = {
  binary: {
    averagePrecision: {
      value: 0.7277896823425986,
      error: 0.04343611764808233,
      difference: 0.13653830594459593,
      differenceError: 0.028629870251474867,
    },
    f1: {
      value: 0.6714285714285715,
      error: 0.03247351693587272,
      difference: 0.045974025974026,
      differenceError: 0.028405928610914913,
    },
    f05: {
      value: 0.611183355006502,
      error: 0.036379521380953704,
      difference: 0.037084556608638186,
      differenceError: 0.025634234257790278,
    },
    f2: {
      value: 0.7448494453248813,
      error: 0.031667566579971856,
      difference: 0.05794848685842757,
      differenceError: 0.03529150528920869,
    },
    mcc: {
      value: 0.4174943913924703,
      error: 0.050582186267304256,
      difference: 0.08378858402743378,
      differenceError: 0.05308012016266925,
    },
    balancedAccuracy: {
      value: 0.7131848115454673,
      error: 0.02579737306671611,
      difference: 0.0423847554995096,
      differenceError: 0.027096588466632605,
    },
    logLoss: {
      value: 0.5793284990590161,
      error: 0.015759284199197737,
      difference: -0.04529947877549634,
      differenceError: 0.010366053325473124,
    },
    precision: {
      value: 0.5766871165644172,
      error: 0.03887358752772105,
      difference: 0.032383319096062735,
      differenceError: 0.02505655951435233,
    },
  },
  multiclass: {
    logLoss: {
      value: 0.7583190835024376,
      error: 0.05102698719433254,
      difference: -0.16043009809703124,
      differenceError: 0.03459989741289265,
    },
    macroAuc: {
      value: 0.8293564008435522,
      error: 0.037637102577277336,
      difference: 0.09495658569606069,
      differenceError: 0.02885859824052286,
    },
    macroF1: {
      value: 0.7638511814982403,
      error: 0.045796648036671474,
      difference: 0.26511579973378474,
      differenceError: 0.05691595265342974,
    },
    weightedF1: {
      value: 0.7649539131892075,
      error: 0.04544564254033548,
      difference: 0.2668779693165541,
      differenceError: 0.05693054503030945,
    },
    macroPrecision: {
      value: 0.7714999482240862,
      error: 0.04591033223885569,
      difference: 0.2693567794142506,
      differenceError: 0.05823072250115404,
    },
    macroRecall: {
      value: 0.7638248847926267,
      error: 0.04550214162609211,
      difference: 0.26382488479262667,
      differenceError: 0.057094566762776494,
    },
    balancedAccuracy: {
      value: 0.7638248847926267,
      error: 0.04550214162609211,
      difference: 0.26382488479262667,
      differenceError: 0.057094566762776494,
    },
    accuracy: {
      value: 0.7666666666666667,
      error: 0.04483288431057613,
      difference: 0.2666666666666667,
      differenceError: 0.05653322026700601,
    },
  },
  regression: {
    rmse: {
      value: 0.8421495314570527,
      error: 0.0763841879646851,
      difference: -0.03836840324577517,
      differenceError: 0.04176633270990687,
    },
    mae: {
      value: 0.6627333333333334,
      error: 0.06764818789738844,
      difference: -0.030266666666666775,
      differenceError: 0.03808463565131003,
    },
    mse: {
      value: 0.7092158333333334,
      error: 0.12729109585836193,
      difference: -0.06609600000000015,
      differenceError: 0.07215670886709752,
    },
    r2: {
      value: 0.8625230823357987,
      error: 0.031894332945980285,
      difference: 0.0128122835431147,
      differenceError: 0.014095120209420619,
    },
    mape: {
      value: 0.06807219837817088,
      error: 0.00684715273060262,
      difference: -0.0028481469398901754,
      differenceError: 0.00415300835174581,
    },
    bias: {
      value: -0.23106666666666664,
      error: 0.1054308375504593,
      difference: -0.09833333333333327,
      differenceError: 0.03791468766177091,
    },
  },
};
