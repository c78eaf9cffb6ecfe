"""The conversation of the drivers: one question a line, one answer a line, in JSON."""

import json
import sys
import traceback


class Failure(Exception):
    """An error that the service answered."""

    def __init__(self, code, message):
        super().__init__(message)
        self.code = code
        self.message = message


def converse(actions):
    """Answers questions until the input ends. `actions` has a function for each value of `do`."""
    for line in sys.stdin:
        question = json.loads(line)
        action = actions[question.pop("do")]
        try:
            answer = {"output": action(**question)}
        except Failure as failure:
            answer = {"code": failure.code, "message": failure.message}
        except Exception:
            answer = {"problem": traceback.format_exc()}
        print(json.dumps(answer, default=str), flush=True)
