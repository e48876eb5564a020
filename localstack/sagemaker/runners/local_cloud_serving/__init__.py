"""What the serving toolkits of the framework images do where a script leaves a function out: one module a framework."""

CSV, JSON_TYPE, NPY = "text/csv", "application/json", "application/x-npy"
# bodies of these types reach the script as text
TEXT_TYPES = (CSV, JSON_TYPE)


class UnsupportedFormatError(Exception):
    def __init__(self, content_type):
        super().__init__(
            f"Content type {content_type} is not supported by this framework.\n\n"
            "Please implement input_fn to to deserialize the request data or an output_fn to\n"
            "serialize the response. For more information, see the SageMaker Python SDK README."
        )
