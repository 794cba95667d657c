"""Runs ministack with one fault mended: a task that waits for its token (.waitForTaskToken)
and whose function fails is failed, as Step Functions fails it. ministack 1.5 drops the
function's error and waits for a token that nobody has."""
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
sys.exit(main())
