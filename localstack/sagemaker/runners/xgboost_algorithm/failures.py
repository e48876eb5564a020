"""How the algorithm says that it cannot go on: an exit code and a failure file, in the container's words."""

import os
import traceback

# classes print under the name that they have in the image
IN_IMAGE = "sagemaker_algorithm_toolkit.exceptions"


class ToolkitError(Exception):
    def __init__(self, message, caused_by=None):
        super().__init__(f"{message} (caused by {type(caused_by).__name__})" if caused_by else message)


class UserError(ToolkitError):
    """What whoever started the job can mend."""


class AlgorithmError(ToolkitError):
    """What they cannot."""


for each in (UserError, AlgorithmError):
    each.__module__ = IN_IMAGE


def exit_with(error, base):
    """Writes the failure file that FailureReason is read from, and ends the process."""
    # frames are those of this machine: they are for the log, and a FailureReason is short
    summary = "Traceback (most recent call last):\n" + "".join(traceback.format_exception_only(type(error), error))
    with open(os.path.join(base, "output", "failure"), "w") as file:
        file.write(f"framework error: \n{summary}\n{error}")
    print("".join(traceback.format_exception(type(error), error, error.__traceback__)), flush=True)
    # as the container ends: by the error's number if it has one
    os._exit(getattr(error, "errno", None) or 1)
