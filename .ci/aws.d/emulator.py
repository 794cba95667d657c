"""Runs ministack 1.5 with two faults mended, so that workflows run as on Step Functions:

- A task that waits for its token (.waitForTaskToken) and whose function fails is failed.
  ministack drops the function's error and waits for a token that nobody has.
- TimeoutSecondsPath is read. ministack ignores it and waits for a day.
"""
import functools
import inspect
import sys

from ministack.app import main
from ministack.services import stepfunctions

DROPPED = """        except _ExecutionError:
            pass
"""
RAISED = """        except _ExecutionError:
            _task_tokens.pop(token, None)
            raise
"""
source = inspect.getsource(stepfunctions._invoke_with_callback)
assert source.count(DROPPED) == 1, "ministack has changed: look whether it still drops the error"
exec(compile(source.replace(DROPPED, RAISED), stepfunctions.__file__, "exec"), stepfunctions.__dict__)

execute_task = stepfunctions._execute_task
assert "TimeoutSecondsPath" not in inspect.getsource(execute_task), "ministack has changed: it reads TimeoutSecondsPath"


@functools.wraps(execute_task)
def execute_task_in_time(state, data, *more):
    if "TimeoutSecondsPath" in state:
        value = data
        for name in state["TimeoutSecondsPath"].removeprefix("$.").split("."):
            value = value[name]
        state = {**state, "TimeoutSeconds": value}
    return execute_task(state, data, *more)


stepfunctions._execute_task = execute_task_in_time
sys.exit(main())
