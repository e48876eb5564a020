"""Serves a user's script over HTTP as the framework container's script mode does, or a built-in algorithm's model.

Argument: the framework, `xgboost` or `sklearn`, whose defaults stand in for what the script leaves out.

GET /ping, GET /execution-parameters, POST /invocations. The script must define `model_fn(model_dir)` and may define
`input_fn(body, content_type)`, `predict_fn(data, model)` and `output_fn(prediction, accept)`, or `transform_fn(model,
body, content_type, accept)` in place of the three. Only the standard library is imported before the script is.

Environment: SAGEMAKER_PROGRAM (absent: the algorithm's own answers), SAGEMAKER_BASE_DIR, SAGEMAKER_BIND_TO_PORT (0: any free port),
SAGEMAKER_DEFAULT_INVOCATIONS_ACCEPT. The port is announced on stdout in one line, once the model is loaded.
"""

import http.server
import importlib
import json
import os
import sys
import threading
import traceback

from local_cloud_serving import JSON_TYPE, TEXT_TYPES, UnsupportedFormatError

ANY = "*/*"
MAX_PAYLOAD_IN_MB = 6
# what Flask answers when a view raises, which is what callers of the real container see
SERVER_ERROR_PAGE = (
    "<!doctype html>\n<html lang=en>\n<title>500 Internal Server Error</title>\n<h1>Internal Server Error</h1>\n"
    "<p>The server encountered an internal error and was unable to complete your request. Either the server is "
    "overloaded or there is an error in the application.</p>\n"
)


def default_model_fn(model_dir):
    raise NotImplementedError(
        "Please provide a model_fn implementation.\n"
        "See documentation for model_fn at https://github.com/aws/sagemaker-python-sdk"
    )


class Transformer:
    """The user's functions with the framework's defaults in the gaps, and the loaded model."""

    def __init__(self, module, model_dir, defaults):
        functions = {
            name: getattr(module, name, None)
            for name in ("model_fn", "input_fn", "predict_fn", "output_fn", "transform_fn")
        }
        if functions["transform_fn"] and any(functions[name] for name in ("input_fn", "predict_fn", "output_fn")):
            raise ValueError("Cannot use transform_fn implementation with input_fn, predict_fn, and/or output_fn")
        self.input_fn = functions["input_fn"] or defaults.default_input_fn
        self.predict_fn = functions["predict_fn"] or defaults.default_predict_fn
        self.output_fn = functions["output_fn"] or defaults.default_output_fn
        self.transform_fn = functions["transform_fn"]
        self.model = (functions["model_fn"] or default_model_fn)(model_dir)
        self.default_accept = os.environ.get("SAGEMAKER_DEFAULT_INVOCATIONS_ACCEPT", JSON_TYPE)

    def transform(self, body, content_type, accept):
        """Status, body and content type of the answer."""
        accept = self.default_accept if not accept or accept == ANY else accept
        content_type = content_type or JSON_TYPE
        content = body.decode("utf-8") if content_type in TEXT_TYPES else body
        if self.transform_fn:
            return answer(self.transform_fn(self.model, content, content_type, accept))
        try:
            data = self.input_fn(content, content_type)
        except UnsupportedFormatError as error:
            return format_error(error, 415)
        prediction = self.predict_fn(data, self.model)
        try:
            return answer(self.output_fn(prediction, accept))
        except UnsupportedFormatError as error:
            return format_error(error, 406)


def answer(result):
    # a bare text becomes a Flask response of Flask's own default type, a tuple names its type
    body, content_type = result if isinstance(result, tuple) else (result, "text/html")
    body = body.encode("utf-8") if isinstance(body, str) else bytes(body)
    return 200, body, content_type


def format_error(error, status):
    text = {"error": type(error).__name__, "error-message": str(error), "stack-trace": traceback.format_exc()}
    return status, json.dumps(text).encode("utf-8"), JSON_TYPE


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    # headers and body leave in one packet: Nagle's algorithm would hold the second for 40 ms
    wbufsize = -1
    disable_nagle_algorithm = True
    transformer = None
    has_execution_parameters = True

    def do_GET(self):
        if self.path == "/ping":
            self.respond(200, b"", JSON_TYPE)
        elif self.path == "/execution-parameters" and self.has_execution_parameters:
            parameters = {
                "MaxConcurrentTransforms": os.cpu_count() or 1,
                "BatchStrategy": "MULTI_RECORD",
                "MaxPayloadInMB": MAX_PAYLOAD_IN_MB,
            }
            self.respond(200, json.dumps(parameters).encode("utf-8"), JSON_TYPE)
        else:
            self.respond(404, b"Not Found", "text/plain")

    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        if self.path != "/invocations":
            return self.respond(404, b"Not Found", "text/plain")
        content_type, accept = self.headers.get("Content-Type"), self.headers.get("Accept")
        try:
            self.respond(*self.transformer.transform(body, content_type, accept))
        except Exception:
            traceback.print_exc()
            sys.stderr.flush()
            self.respond(500, SERVER_ERROR_PAGE.encode("utf-8"), "text/html")

    def respond(self, status, body, content_type):
        if content_type.startswith("text/") and "charset" not in content_type:
            content_type += "; charset=utf-8"
        self.send_response(status)
        self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
        self.wfile.flush()

    def log_message(self, format, *args):
        pass


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128


def exit_with_parent():
    """Standard input is a pipe from the cloud: it ends when the cloud does, however that came about."""
    while os.read(0, 4096):
        pass
    os._exit(0)


def main():
    threading.Thread(target=exit_with_parent, daemon=True).start()
    # this file's folder is first on the path: the user's own serve.py must win
    here = os.path.dirname(os.path.abspath(__file__))
    defaults = importlib.import_module(f"local_cloud_serving.{sys.argv[1]}_defaults")
    sys.path.remove(here)
    Handler.has_execution_parameters = defaults.HAS_EXECUTION_PARAMETERS
    program = os.environ.get("SAGEMAKER_PROGRAM")
    model_dir = os.path.join(os.environ["SAGEMAKER_BASE_DIR"], "model")
    if program:
        module = importlib.import_module(program[:-3] if program.endswith(".py") else program)
        Handler.transformer = Transformer(module, model_dir, defaults)
    elif not defaults.HAS_ALGORITHM:
        sys.exit("the model names no script in SAGEMAKER_PROGRAM, and the image has no algorithm of its own")
    else:
        sys.path.insert(0, os.path.join(here, "xgboost_algorithm"))
        Handler.transformer = importlib.import_module("scoring").AlgorithmModel(model_dir)
    server = Server(("127.0.0.1", int(os.environ.get("SAGEMAKER_BIND_TO_PORT", "8080"))), Handler)
    print(f"local-cloud: serving on port {server.server_address[1]}", flush=True)
    server.serve_forever()


if __name__ == "__main__":
    main()
